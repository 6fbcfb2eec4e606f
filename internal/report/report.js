"use strict";
(() => {
  const body = document.querySelector("tbody"), rows = [...body.rows], tools = document.getElementById("tools");
  const say = document.body.dataset, summary = document.getElementById("summary"), head = document.querySelector("header");
  head.after(summary, tools); // read in the order in which they are seen

  const shown = document.createElement("span");
  shown.id = "shown";
  shown.setAttribute("role", "status");
  let wanted = "", search = "";
  const filter = () => {
    let n = 0;
    for (const row of rows) {
      row.hidden = wanted && row.dataset.status !== wanted || search && !row.textContent.toLowerCase().includes(search);
      if (!row.hidden) n++;
    }
    shown.textContent = say.shown.replace("{n}", n).replace("{total}", rows.length);
  };

  const kinds = [...document.querySelectorAll(".counts li")].filter((li) => li.dataset.count !== "0");
  const buttons = [["", say.all, rows.length], ...kinds.map((li) => [li.dataset.status, li.dataset.word, li.dataset.count])].map(([status, word, count]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.status = status;
    button.textContent = word + " (" + count + ")";
    button.setAttribute("aria-pressed", String(status === wanted));
    button.addEventListener("click", () => {
      wanted = status;
      for (const b of buttons) b.setAttribute("aria-pressed", String(b === button));
      filter();
    });
    return button;
  });
  const input = document.createElement("input");
  input.type = "search";
  input.setAttribute("aria-label", say.search);
  input.placeholder = say.search;
  input.addEventListener("input", () => { search = input.value.trim().toLowerCase(); filter(); });
  tools.append(...buttons, input, shown);
  filter();

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  for (const th of document.querySelectorAll("thead th")) {
    const key = th.dataset.key, button = document.createElement("button"), number = key === "rank" || key === "took";
    button.type = "button";
    button.textContent = th.textContent;
    button.title = say.sort;
    th.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = th.getAttribute("aria-sort") === "ascending";
      for (const other of document.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      rows.sort((a, b) => sign * (number ? a.dataset[key] - b.dataset[key] : collator.compare(a.dataset[key], b.dataset[key])));
      body.append(...rows);
    });
  }
})();
