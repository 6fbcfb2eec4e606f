"use strict";
// Without any of this the page can be read and ticked; with it, it remembers and copies.
(() => {
  const body = document.body, words = body.dataset, said = document.querySelector("[role=status]");
  const read = () => {
    try { return JSON.parse(localStorage.getItem(words.key)) || {}; } catch { return {}; }
  };
  const kept = read();
  const boxes = [...document.querySelectorAll("input[type=checkbox]")];
  const show = () => {
    const steps = boxes.filter((box) => box.dataset.step);
    const done = steps.filter((box) => box.checked);
    for (const box of steps) {
      const entry = document.getElementById("to-" + box.dataset.step);
      entry.classList.toggle("done", box.checked);
      entry.querySelector(".no").textContent = box.checked ? "✓" : entry.dataset.number;
    }
    document.getElementById("progress").textContent = words.progress.replace("{n}", done.length).replace("{of}", steps.length);
    document.getElementById("bar").style.width = 100 * done.length / steps.length + "%";
  };
  for (const box of boxes) {
    if (box.name in kept) box.checked = kept[box.name];
    box.addEventListener("change", () => {
      kept[box.name] = box.checked;
      try { localStorage.setItem(words.key, JSON.stringify(kept)); } catch { /* no storage for files here: the ticks last as long as the page */ }
      show();
    });
  }
  show();
  let quiet;
  const tell = (text) => {
    said.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => { said.textContent = ""; }, 4000);
  };
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copy = async (element) => {
    const text = element.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      select(element);
      let ok = false;
      try { ok = document.execCommand("copy"); } catch { /* told below */ }
      if (!ok) return tell(words.notCopied);
    }
    tell(words.copied.replace("{value}", () => text));
  };
  for (const element of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copyLabel;
    button.setAttribute("aria-label", words.copyValue.replace("{value}", () => element.textContent));
    button.addEventListener("click", () => copy(element));
    element.after(button);
  }
  let shut = [];
  addEventListener("beforeprint", () => {
    shut = [...document.querySelectorAll("details:not([open])")];
    for (const d of shut) d.open = true;
  });
  addEventListener("afterprint", () => { for (const d of shut) d.open = false; });
})();
