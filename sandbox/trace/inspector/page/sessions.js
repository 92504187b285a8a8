// The session table of the store. A row deleted here leaves a cookie whose signature is still valid.

import { html, table } from "./dom.js";
import { hidable, redraw, shortened } from "./hide.js";
import { answer, button, order } from "./order.js";

const HEADS = ["User", "Session id", "Began", "Last seen", ""];
const SHORTEN = "Shorten";
const SURE = 4000; // milliseconds for the second click
const DELETED =
  "✓ The row is deleted. Its cookie's signature is still valid, but the next request is UNKNOWN_SESSION.";

export class Sessions {
  constructor() {
    this.title = "Session table";
    this.said = html("div", { role: "status" });
    this.table = html("div", {});
    this.anew = button("Load anew", () => this.load());
    this.element = html("div", {}, html("p", { class: "controls" }, this.anew), this.said, this.table);
  }

  opened() {
    this.load();
  }

  async load() {
    answer(this.table, await order("sessions"), (told) => this.draw(told));
  }

  draw({ rows, count, now }) {
    const shown = rows.length < count ? `, the newest ${rows.length} are shown` : "";
    const caption = html("caption", {}, `Sessions of the demo accounts: ${count.toLocaleString("en")}${shown}`);
    return [table({ class: "sessions" }, HEADS, rows.map((row) => this.row(row, now)), caption)];
  }

  row(told, now) {
    const { handle, user, id, began, seen } = told;
    const row = { ...told, shown: id };
    const code = hidable(html("code"), (hidden) => [hidden ? shortened(row.shown) : row.shown]);
    const reveal = button("Reveal", () => this.reveal(row, code, reveal));
    const remove = button("Delete this row", () => this.confirm(remove, handle));
    return html(
      "tr",
      {},
      html("td", {}, user),
      html("td", {}, code, " ", reveal),
      html("td", {}, ago(now - began)),
      html("td", {}, ago(now - seen)),
      html("td", {}, remove),
    );
  }

  async reveal(row, code, by) {
    const isShown = by.textContent === SHORTEN;
    const told = isShown ? { id: row.id } : await order("reveal", { handle: row.handle });
    answer(this.said, told, () => []);
    if (told.error) return;
    row.shown = told.id;
    redraw(code);
    by.replaceChildren(isShown ? "Reveal" : SHORTEN);
  }

  // Only a second click deletes.
  confirm(by, handle) {
    if (by.classList.contains("sure")) return this.remove(handle);
    by.classList.add("sure");
    by.textContent = "Click again to delete";
    setTimeout(() => {
      by.classList.remove("sure");
      by.textContent = "Delete this row";
    }, SURE);
  }

  async remove(handle) {
    const told = await order("delete_row", { handle });
    await this.load();
    this.anew.focus(); // the button that had the focus is gone
    answer(this.said, told, () => [html("p", { class: "said good" }, DELETED)]);
  }
}

function ago(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours) return `${hours.toLocaleString("en")} h ${minutes} min ago`;
  return minutes ? `${minutes} min ${whole % 60} s ago` : `${whole} s ago`;
}
