// Line icons, 24 × 24, drawn here so that the page asks for nothing from elsewhere.

const PATHS = {
  plus: "M12 5v14M5 12h14",
  photo: "M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z" +
    "M4.5 17l4.5-5 3.5 4 2.5-2.5 4.5 4.5M15.5 9.5h.01",
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M7 7h10v10H7z",
  again: "M19 12a7 7 0 1 1-2.3-5.200M19 4v4h-4",
  download: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  edit: "M4.5 19.5l1-4L16 5l3 3L8.5 18.5zM14 7l3 3",
  quote: "M5 7h14M5 12h9M5 17h6M17 14v6M14 17h6",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  menu: "M4 7h16M4 12h16M4 17h16",
  gallery: "M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h6v6h-6z",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  star: "M12 4.5l2.3 4.900 5.200.7-3.800 3.700.9 5.3-4.600-2.600-4.600 2.600.9-5.3L4.5 10.100l5.200-.7z",
  restore: "M5 12a7 7 0 1 0 2.3-5.200M5 4v4h4",
  chat: "M5 5.5h14v10h-8l-4 3.5v-3.5H5z",
};

const SVG = "http://www.w3.org/2000/svg";

/** Decoration: the button around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
