// Files dropped or pasted anywhere on the page. While they hover the page shows that it takes them: body[data-dropping].
// While a dialog is open it takes none: what is asked there is about the pictures that are here already.

const isBusy = () => Boolean(document.querySelector("dialog[open]"));

/** `take(files)`: at least one. */
export function acceptFiles(take) {
  acceptDrops(take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || isBusy()) return; // words go where they are pasted
    event.preventDefault();
    take(files);
  });
}

function acceptDrops(take) {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (change) => {
    depth = change;
    document.body.toggleAttribute("data-dropping", depth > 0);
  };
  document.addEventListener("dragenter", (event) => hasFile(event) && mark(isBusy() ? 0 : depth + 1));
  document.addEventListener("dragleave", (event) => hasFile(event) && mark(Math.max(0, depth - 1)));
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault(); // else the browser would leave the page for the file
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
