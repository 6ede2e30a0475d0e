  // --- samples --------------------------------------------------------------------------------

  async function unpack(encoded) {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  const element = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // Text with what cannot be seen (escape sequences, direction overrides, lone surrogates) told by
  // its number. Joiners stay: emoji and several scripts need them.
  const HIDDEN = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu;
  function putText(node, text) {
    let from = 0;
    text = text.replaceAll("\r\n", "\n");
    for (const match of text.matchAll(HIDDEN)) {
      node.append(text.slice(from, match.index));
      const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      node.append(element("span", "control", "U+" + code));
      from = match.index + match[0].length;
    }
    node.append(text.slice(from));
    return node;
  }

  // Formulas become MathML by a script of others (vendor/), which takes them as data: no link, no
  // picture, no class of theirs; what it cannot read stays as it was written.
  const FORMULA = /\$\$([^$]{1,2000}?)\$\$|\\\[([^]{1,2000}?)\\\]|\\\(([^]{1,2000}?)\\\)|\$(?=[^\s$])([^$\n]{0,500}?[^\s\\$])\$(?!\d)/g;
  const MOST_FORMULAS = 400;
  function formula(tex, display) {
    if (tex.match(HIDDEN)) return null;
    const node = element("span", "formula");
    try {
      temml.render(tex, node, { displayMode: display, throwOnError: true, trust: false, annotate: true, maxExpand: 100, maxSize: [20, 20] });
    } catch { return null; }
    return node;
  }
  function putWithFormulas(node, text) {
    let from = 0, count = 0;
    for (const match of text.matchAll(FORMULA)) {
      if (++count > MOST_FORMULAS) break;
      const made = formula(match.slice(1).find((part) => part !== undefined), match[1] !== undefined || match[2] !== undefined);
      if (!made) continue;
      putText(node, text.slice(from, match.index));
      node.append(made);
      from = match.index + match[0].length;
    }
    return putText(node, text.slice(from));
  }

  // A prompt with its special tokens marked: they are part of what was sent.
  const SPECIAL = /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|<\/?(?:s|think|bos|eos|start_of_turn|end_of_turn)>|\[\/?INST\]/g;
  function putPrompt(node, text) {
    let from = 0;
    for (const match of text.matchAll(SPECIAL)) {
      putText(node, text.slice(from, match.index));
      node.append(element("span", "special", match[0]));
      from = match.index + match[0].length;
    }
    return putText(node, text.slice(from));
  }
