// Takes files that are dropped or pasted anywhere on the page. During a drag the body has the attribute data-dropping. While a
// dialog is open none are taken.

const isBusy = () => Boolean(document.querySelector("dialog[open]"));

/** `take(files)`: at least one. */
export function acceptFiles(take) {
  acceptDrops(take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || isBusy()) return; // text is pasted as usual
    event.preventDefault();
    take(files);
  });
}

function acceptDrops(take) {
  let depth = 0; // dragenter and dragleave are fired for every element that is crossed
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (change) => {
    depth = change;
    document.body.toggleAttribute("data-dropping", depth > 0);
  };
  document.addEventListener("dragenter", (event) => hasFile(event) && mark(isBusy() ? 0 : depth + 1));
  document.addEventListener("dragleave", (event) => hasFile(event) && mark(Math.max(0, depth - 1)));
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault(); // else the browser would open the file instead of the page
    if (isBusy()) event.dataTransfer.dropEffect = "none";
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    mark(0);
    const files = [...event.dataTransfer.files];
    if (files.length && !isBusy()) take(files);
  });
}
