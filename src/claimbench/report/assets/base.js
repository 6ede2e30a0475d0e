  // The page of a claimbench report. Whatever a model wrote is put in place as text, never as markup.
  const $ = (id) => document.getElementById(id);
  const { languages, words } = JSON.parse($("words").textContent);
  const codes = Object.keys(languages);
  const root = document.documentElement;

  // --- language and theme ---------------------------------------------------------------------

  const remember = (key, value) => { try { localStorage.setItem("claimbench-" + key, value); } catch { /* A file may have no storage. */ } };
  const recall = (key) => { try { return localStorage.getItem("claimbench-" + key); } catch { return null; } };
  const following = (code) => codes[(codes.indexOf(code) + 1) % codes.length];
  const listeners = [];

  function say(key, values = {}) {
    const texts = words[key];
    const text = texts ? texts[codes.indexOf(root.lang)] : key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  // What a grader found, as data: its words, with others inside them.
  function sayReason(value) {
    if (value === null || typeof value !== "object") return String(value ?? "");
    const values = Object.entries(value.values ?? {}).map(([name, one]) => [name, sayReason(one)]);
    return Object.hasOwn(words, value.key) ? say(value.key, Object.fromEntries(values)) : String(value.key);
  }

  // The first language stands in the page; the others wait in attributes, where they differ.
  function switchTexts(part, prefix, language, read, write) {
    const waiting = codes.slice(1).map((code) => `[${prefix}${code}]`).join(",");
    const first = prefix + codes[0];
    for (const node of waiting ? part.querySelectorAll(waiting) : []) {
      if (!node.hasAttribute(first)) node.setAttribute(first, read(node));
      write(node, node.getAttribute(prefix + language) ?? node.getAttribute(first));
    }
  }

  function switchWords(part, language) {
    switchTexts(part, "data-", language, (node) => node.textContent, (node, text) => { node.textContent = text; });
    switchTexts(part, "data-label-", language, (node) => node.getAttribute("aria-label"), (node, text) => node.setAttribute("aria-label", text));
  }

  function setLanguage(language) {
    root.lang = language;
    switchWords(document, language);
    const next = following(language);
    $("language").lang = next;
    $("language").textContent = languages[next];
    $("language").hidden = codes.length < 2;
    for (const listener of listeners) listener();
  }

  function firstLanguage() {
    const wanted = [recall("language"), codes[0] === "en" ? (navigator.language ?? "").split("-")[0] : null];
    return wanted.find((code) => codes.includes(code)) ?? codes[0];
  }

  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  function setTheme(theme) {
    if (theme) root.dataset.theme = theme;
    $("theme").setAttribute("aria-pressed", String(isDark()));
  }

  $("language").addEventListener("click", () => {
    const language = following(root.lang);
    setLanguage(language);
    remember("language", language);
  });
  $("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    setTheme(theme);
    remember("theme", theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme());

  // --- words that explain themselves ------------------------------------------------------------

  // The explanation stands once in the page, where those who do not point at things find it.
  const tip = $("tip");
  function point(node, text, x) {
    tip.hidden = !node;
    if (!node) return;
    tip.textContent = text;
    const box = node.getBoundingClientRect(), own = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(x ?? box.left, innerWidth - own.width - 8)) + "px";
    tip.style.top = (box.bottom + own.height + 12 < innerHeight ? box.bottom + 8 : Math.max(8, box.top - own.height - 8)) + "px";
  }
  let explained = null;
  function explain(node) {
    explained = node;
    point(node, node && $("gloss-" + node.dataset.gloss).textContent.trim());
  }
  for (const [show, hide] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(show, (event) => { const node = event.target.closest?.("[data-gloss]"); if (node) explain(node); });
    document.addEventListener(hide, (event) => { if (event.target.closest?.("[data-gloss]")) explain(null); });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") explain(null); });
  // What has the focus scrolls into view and stays explained.
  addEventListener("scroll", () => explain(explained && explained.matches(":focus, :focus-within") ? explained : null), { passive: true });

