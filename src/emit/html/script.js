"use strict";
(() => {
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const byId = (id) => document.getElementById(id);

  // Text only ever becomes text: nothing of a plan is read as markup.
  const element = (name, { text, className, ...attributes } = {}, ...children) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };
  // What stands between backticks in a sentence is shown as code.
  const prose = (text) => text.split("`").map((part, number, all) => {
    const isClosed = number < all.length - 1;
    if (number % 2 === 0) return part;
    return isClosed ? element("code", { text: part }) : `\`${part}`;
  });
  const list = (items) => element("ul", {}, ...items.map((text) => element("li", {}, ...prose(text))));
  const counted = (count, name) => `${count} ${name}${count === 1 ? "" : "s"}`;

  byId("tool").textContent = `${counted(plan.profiles.length, "profile")} for ${counted(plan.destinations.length, "destination")} · ${plan.tool}`;

  for (const destination of plan.destinations) {
    const told = plan.statuses.filter((status) => destination.counts[status.name]);
    const bar = element("div", { className: "bar", "aria-hidden": "true" });
    const counts = element("ul", { className: "counts" });
    for (const status of told) {
      const count = destination.counts[status.name];
      const part = element("i", { className: status.name });
      part.style.flexGrow = count;
      bar.append(part);
      counts.append(element("li", { className: status.name, text: `${count} ${status.words}` }));
    }
    const things = [...destination.toDo, ...destination.notChecked.map((gap) => `not checked: ${gap}`)];
    const more = things.length === 0 ? null
      : element("details", {}, element("summary", { text: `${counted(things.length, "thing")} to do or to know` }), list(things));
    byId("destinations").append(
      element("article", { className: "card" }, element("h2", { text: destination.name }), bar, counts, more));
  }

  const cells = [];
  const shownCount = element("output", { "aria-live": "polite" });
  const head = element("tr", { role: "row" }, element("th", { scope: "col", role: "columnheader" }, shownCount));
  for (const destination of plan.destinations) {
    head.append(element("th", { text: destination.name, scope: "col", role: "columnheader" }));
  }
  document.querySelector("#matrix thead").append(head);
  document.querySelector("#matrix").style.setProperty("--destinations", plan.destinations.length);
  const rows = plan.profiles.map((profile, number) => {
    const row = element("tr", { role: "row" },
      element("th", { scope: "row", role: "rowheader", text: profile.title }, element("small", { text: profile.file })));
    const buttons = profile.cells.map((cell, column) => {
      const words = plan.statuses.find((status) => status.name === cell.status).words;
      const count = cell.weight > 0 ? ` (${cell.weight})` : "";
      const button = element("button", { type: "button", className: cell.status, text: words + count, tabindex: "-1" },
        cell.newTitle ? element("small", { text: `→ ${cell.newTitle}` }) : null);
      button.addEventListener("click", () => open(profile, cell, plan.destinations[column], button));
      button.addEventListener("keydown", (event) => move(event, number, column));
      row.append(element("td", { role: "cell" }, button));
      return button;
    });
    cells.push(buttons);
    const text = (cell) => [profile.title, profile.file, cell.newTitle, ...cell.reasons, ...cell.needs,
      ...cell.packs.flatMap((pack) => [pack.title, pack.words]),
      ...cell.findings.flatMap((finding) => [finding.rule, finding.message, finding.place])].join("\n").toLowerCase();
    const searched = profile.cells.map((cell) => ({
      cell,
      text: text(cell),
      rules: new Set(cell.findings.map((finding) => finding.rule)),
      packs: new Set(cell.packs.map((pack) => pack.name)),
    }));
    return { row, searched, buttons };
  });
  document.querySelector("#matrix tbody").append(...rows.map(({ row }) => row));
  if (cells[0]?.[0]) cells[0][0].tabIndex = 0;

  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const move = (event, number, column) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    let [next, side] = [number + step[0], column + step[1]];
    while (rows[next]?.row.hidden) next += step[0];
    const target = cells[next]?.[side];
    if (!target) return;
    focusable(target);
    target.focus();
  };
  let current = cells[0]?.[0];
  const focusable = (button) => {
    if (current) current.tabIndex = -1;
    button.tabIndex = 0;
    current = button;
  };

  const fill = (select, values) => {
    for (const value of [...values].sort()) select.append(element("option", { value, text: value }));
  };
  fill(byId("rule"), new Set(rows.flatMap(({ searched }) => searched.flatMap(({ rules }) => [...rules]))));
  fill(byId("pack"), new Set(rows.flatMap(({ searched }) => searched.flatMap(({ packs }) => [...packs]))));
  const occurs = (status) => plan.destinations.some((destination) => destination.counts[status.name]);
  const boxes = plan.statuses.filter(occurs).map((status) => {
    const box = element("input", { type: "checkbox", value: status.name });
    byId("statuses").append(element("label", { className: status.name }, box, status.words));
    return box;
  });

  const filter = () => {
    const text = byId("text").value.trim().toLowerCase();
    const [rule, pack] = [byId("rule").value, byId("pack").value];
    const statuses = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const matches = (one) => one.text.includes(text) && (!rule || one.rules.has(rule))
      && (!pack || one.packs.has(pack)) && (statuses.size === 0 || statuses.has(one.cell.status));
    let count = 0;
    for (const { row, searched, buttons } of rows) {
      const shown = searched.map(matches);
      row.hidden = !shown.includes(true);
      if (!row.hidden) buttons.forEach((button, column) => button.classList.toggle("dim", !shown[column]));
      count += row.hidden ? 0 : 1;
    }
    const all = counted(rows.length, "profile");
    shownCount.textContent = count === rows.length ? all : `${count} of ${all}`;
    const first = rows.find(({ row }) => !row.hidden);
    if (first && current?.closest("tr").hidden) focusable(first.buttons[0]);
  };
  byId("filters").addEventListener("input", filter);
  byId("filters").addEventListener("reset", () => setTimeout(filter));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  filter();

  const section = (title, ...children) => [element("h3", { text: title }), ...children];
  const excerpt = (lines) => {
    const shown = element("pre");
    for (const line of lines) {
      shown.append(element("span", { className: "number", text: `${String(line.number).padStart(5)} │ ` }), line.before);
      if (line.marked) shown.append(element("mark", { text: line.marked }));
      shown.append(`${line.after}\n`);
    }
    return shown;
  };
  const difference = (text) => {
    const shown = element("pre");
    for (const line of text.trimEnd().split("\n")) {
      const isHead = line.startsWith("---") || line.startsWith("+++");
      const name = isHead ? "span" : line.startsWith("+") ? "ins" : line.startsWith("-") ? "del" : "span";
      const isHunk = line.startsWith("@@");
      shown.append(element(name, { text: `${line}\n`, className: isHead || isHunk ? "number" : "" }));
    }
    return shown;
  };
  const finding = (one) => element("article", { className: `finding ${one.level}` },
    element("p", {}, element("strong", { text: `${one.level}[${one.rule}] ` }), ...prose(one.message)),
    element("p", { className: "place", text: one.place }),
    one.excerpt.length > 0 ? excerpt(one.excerpt) : null,
    one.help ? element("p", { className: "help" }, ...prose(one.help)) : null);
  const packs = (all) => {
    const body = element("tbody");
    for (const pack of all) {
      body.append(element("tr", {}, element("th", { scope: "row", text: pack.title }), element("td", {}, ...prose(pack.words))));
    }
    const head = element("thead", {}, element("tr", {}, element("th", { scope: "col", text: "Pack" }),
      element("th", { scope: "col", text: "What becomes of it" })));
    return element("table", {}, head, body);
  };

  const dialog = byId("details");
  const open = (profile, cell, destination, button) => {
    focusable(button);
    const words = plan.statuses.find((status) => status.name === cell.status).words;
    const name = cell.newTitle ? ` → ${cell.newTitle}` : "";
    byId("details-title").replaceChildren(`${profile.title}${name} at ${destination.name}`,
      element("span", { className: `chip ${cell.status}`, text: words }));
    byId("details-file").textContent = profile.file;
    const parts = [];
    if (cell.reasons.length) parts.push(...section("Not written, because", list(cell.reasons)));
    if (cell.needs.length) parts.push(...section("Needs", list(cell.needs)));
    if (cell.requires.length) parts.push(...section("Requires", list(cell.requires)));
    if (cell.findings.length) {
      // The worst first; those of one level stay in the order of the file.
      const levels = ["error", "warning", "info"];
      const sorted = [...cell.findings].sort((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level));
      parts.push(...section("Findings", ...sorted.map(finding)));
    }
    if (cell.packs.length) parts.push(...section("Packs", packs(cell.packs)));
    if (cell.decisions.length) parts.push(...section("Changes", list(cell.decisions)));
    if (cell.diff) parts.push(...section("Diff", difference(cell.diff)));
    byId("details-body").replaceChildren(...parts);
    dialog.showModal();
    byId("details-body").scrollTop = 0;
  };
  dialog.addEventListener("close", () => current?.focus());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  byId("close").addEventListener("click", () => dialog.close());

  // Paper unfolds nothing.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    for (const one of unfolded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of unfolded) one.open = false; });
})();
