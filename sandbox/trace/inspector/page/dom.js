// Elements. Whatever came from the wire is set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export function html(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// An empty head is none.
export function table(names, heads, rows, ...before) {
  const head = (each) => html(each ? "th" : "td", each ? { scope: "col" } : {}, each);
  const thead = html("thead", {}, html("tr", {}, ...heads.map(head)));
  return html("table", names, ...before, thead, html("tbody", {}, ...rows));
}

export function facts(told) {
  const each = ([name, value]) => [html("dt", {}, name), html("dd", {}, value)];
  return html("dl", { class: "row" }, ...Object.entries(told).flatMap(each));
}

export function time(date) {
  const shown = date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" });
  return html("time", { datetime: date.toISOString() }, shown);
}
