// The workbench: a drawer below the request, in which its cookie is tried out.

import { html } from "./dom.js";
import { onKey } from "./keys.js";
import { Panels } from "./panels.js";
import { Sessions } from "./sessions.js";
import { Tamper } from "./tamper.js";
import { WhatIf } from "./whatif.js";

export class Bench {
  // `keep` is called when it is opened: from now on the request shown stays.
  constructor(drawer, tools, requests, keep) {
    const tamper = new Tamper(requests);
    Object.assign(this, { drawer, keep, tamper });
    this.panels = [tamper, new WhatIf(tamper), new Panels(), new Sessions()];
    this.opener = html("button", { type: "button", class: "live", "aria-expanded": "false" }, "Workbench (w)");
    this.opener.addEventListener("click", () => this.toggle());
    tools.append(this.opener);
    drawer.append(this.bar(), ...this.panels.map((panel, at) => this.framed(panel, at)));
    document.addEventListener("keydown", (event) => this.key(event));
    onKey("w", () => this.opener.checkVisibility() && this.toggle());
    this.choose(0);
  }

  // A drawer that is closed costs nothing.
  show(request) {
    this.request = request;
    if (!this.drawer.hidden) this.tamper.show(request);
  }

  take(changed) {
    this.tamper.take(changed);
  }

  bar() {
    this.tabs = this.panels.map((panel, at) => {
      const names = { type: "button", role: "tab", id: `tab-${at}`, "aria-controls": `panel-${at}` };
      const tab = html("button", names, panel.title);
      tab.addEventListener("click", () => this.choose(at));
      return tab;
    });
    const close = html("button", { type: "button" }, "Close (Esc)");
    close.addEventListener("click", () => this.toggle());
    const list = html("div", { role: "tablist", "aria-label": "Workbench" }, ...this.tabs);
    list.addEventListener("keydown", (event) => this.step(event));
    return html("div", { class: "bar" }, list, close);
  }

  framed({ element }, at) {
    const names = { role: "tabpanel", id: `panel-${at}`, "aria-labelledby": `tab-${at}`, tabindex: 0 };
    return html("div", names, element);
  }

  choose(at) {
    this.chosen = at;
    for (const [each, tab] of this.tabs.entries()) {
      tab.setAttribute("aria-selected", `${each === at}`);
      tab.tabIndex = each === at ? 0 : -1;
      this.drawer.querySelector(`#panel-${each}`).hidden = each !== at;
    }
    if (!this.drawer.hidden) this.panels[at].opened?.();
  }

  step(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.choose((this.chosen + step + this.tabs.length) % this.tabs.length);
    this.tabs[this.chosen].focus();
  }

  toggle() {
    const opens = this.drawer.hidden;
    this.drawer.hidden = !opens;
    this.opener.setAttribute("aria-expanded", `${opens}`);
    if (!opens) return this.from.focus();
    this.from = document.activeElement;
    this.keep();
    if (this.request) this.tamper.show(this.request);
    this.choose(this.chosen);
    this.tabs[this.chosen].focus();
  }

  key(event) {
    if (event.key === "Escape" && !this.drawer.hidden) this.toggle();
  }
}
