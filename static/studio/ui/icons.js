// Line icons, 24 × 24, drawn here so that the page asks for nothing from elsewhere.

const PATHS = {
  plus: "M12 5v14M5 12h14",
  photo: "M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z" +
    "M4.5 17l4.5-5 3.5 4 2.5-2.5 4.5 4.5M15.5 9.5h.01",
  chat: "M5 6h14v10H11l-4 3.5V16H5z",
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
  enhance: "M12 4l1.6 4.9L18.5 10.5l-4.9 1.6L12 17l-1.6-4.9L5.5 10.5l4.9-1.6zM18.5 15.5v4M16.5 17.5h4",
  cutout: "M12 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM5.5 19.5c0-4 2.8-6 6.5-6s6.5 2 6.5 6M3.5 4v2M3.5 9v2" +
    "M20.5 4v2M20.5 9v2",
  eraser: "M4.5 14.5l9-9 6 6-7.5 7.5H8.5zM9 10l6 6M12 19h8",
  brush: "M19.5 4.5l-9 9M8 13.5c1.8 0 3 1.2 3 2.8 0 2-2 3.2-6.5 3.2 1-1.2.7-2 .9-3.2.2-1.6 1-2.8 2.6-2.8z",
  lasso: "M12 5c4.500 0 7.500 2.200 7.500 5.200S16.500 15.500 12 15.500c-1.600 0-3-.3-4.200-.8C5.700 13.800 4.500 12.200 4.500 10.200 4.500 7.200 7.500 5 12 5z" +
    "M7.800 14.700c1.200 1.300 1 3.300-1.300 4.800",
  rectangle: "M5 6.500h14v11H5z",
  style: "M12 4a8 8 0 1 0 0 16c1.5 0 2-1 1.5-2-.7-1.5 0-2.5 1.5-2.5h2.5A2.5 2.5 0 0 0 20 13c0-5-3.6-9-8-9z" +
    "M8 11h.01M11 7.5h.01M15.5 9h.01",
  variations: "M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM16.5 13.5v6M13.5 16.5h6",
  compare: "M12 3.5v17M4.5 6H9M4.5 6v12H9M15 6h4.5v12H15M8 12h8M8 12l1.5-1.5M8 12l1.5 1.5M16 12l-1.5-1.5" +
    "M16 12l-1.5 1.5",
  tools: "M5 7h8M17 7h2M5 12h2M11 12h8M5 17h8M17 17h2M15 5v4M9 10v4M15 15v4",
  down: "M7.5 10l4.5 4.5 4.5-4.5",
  undo: "M9 6L5 10l4 4M5 10h9a5 5 0 0 1 0 10h-3",
  redo: "M15 6l4 4-4 4M19 10h-9a5 5 0 0 0 0 10h3",
  camera: "M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.5-2h5L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z" +
    "M12 9.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z",
  previous: "M14.5 5.5L8 12l6.5 6.500",
  next: "M9.5 5.5L16 12l-6.500 6.500",
  in: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l4.500 4.500M10.5 8v5M8 10.5h5",
  out: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l4.500 4.500M8 10.5h5",
  save: "M5 13v6h14v-6M12 15V5M8 9l4-4 4 4",
  share: "M8.500 12a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0zM20.500 6a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0zM20.500 18a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0z" +
    "M8.300 10.900l7.500-3.800M8.300 13.100l7.500 3.800",
  branch: "M8 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM20 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM20 18a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM8 6h8M8 6c5 0 3 12 8 12",
  adjust: "M5 8h6M16 8h3M5 16h3M13 16h6M13.500 5.500v5M10.500 13.500v5",
  right: "M19 12a7 7 0 1 1-2.3-5.200M19 3.500v4.500h-4.500",
  left: "M5 12a7 7 0 1 0 2.3-5.200M5 3.500v4.500h4.500",
  "flip-horizontal": "M12 3.5v17M9 7v10H3.500zM15 7v10h5.500z",
  "flip-vertical": "M3.5 12h17M7 9h10V3.500zM7 15h10v5.500z",
  album: "M5 7.5h14v11H5zM7 4.5h10M12 10.500v5M9.500 13h5",
  "out-of": "M5 7.5h14v11H5zM7 4.5h10M9.500 13h5",
  details: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8h.01",
  slides: "M4.500 5.500h15v11h-15zM10 8.500l4.500 2.500-4.500 2.500zM9 20h6",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.500l10 6.500-10 6.500z",
  filter: "M5 7h14M8 12h8M10.500 17h3",
  more: "M6 12h.01M12 12h.01M18 12h.01",
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
