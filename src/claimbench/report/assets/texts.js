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
  const FORMULA = /\$\$([^$]{1,2000}?)\$\$|\\\[([^]{1,2000}?)\\\]|\\\(([^]{1,2000}?)\\\)|\$(?=[^\s$])([^$\n]{0,500}?[^\s\\$])\$(?!\d)|\\boxed\{/g;
  const MOST_FORMULAS = 400;
  function formula(tex, display) {
    if (tex.match(HIDDEN)) return null;
    const node = element("span", "formula");
    try {
      temml.render(tex, node, { displayMode: display, throwOnError: true, trust: false, annotate: true, maxExpand: 100, maxSize: [20, 20] });
    } catch { return null; }
    return node;
  }
  // Behind the brace that closes the one before `from`, 0 where none does: a box without dollars.
  const LONGEST_BOX = 500;
  function closing(text, from) {
    let depth = 1;
    for (let at = from; at < Math.min(text.length, from + LONGEST_BOX); at++) {
      if (text[at] === "\\") at++;
      else if (text[at] === "{") depth++;
      else if (text[at] === "}" && --depth === 0) return at + 1;
    }
    return 0;
  }
  function putWithFormulas(node, text) {
    let from = 0, count = 0;
    for (const match of text.matchAll(FORMULA)) {
      if (++count > MOST_FORMULAS) break;
      if (match.index < from) continue;  // Inside of a box that is drawn already.
      const bare = match[0] === "\\boxed{";
      const end = bare ? closing(text, match.index + match[0].length) : match.index + match[0].length;
      const tex = bare ? text.slice(match.index, end) : match.slice(1).find((part) => part !== undefined);
      const made = end && formula(tex, match[1] !== undefined || match[2] !== undefined);
      if (!made) continue;
      putText(node, text.slice(from, match.index));
      node.append(made);
      from = end;
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
