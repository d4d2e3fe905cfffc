// Words in the person's language; without a catalogue the English source.

export function t(text, values = {}) {
  const found = window.gettext ? window.gettext(text) : text;
  return filled(found, values);
}

export function nt(one, many, count, values = {}) {
  const found = window.ngettext ? window.ngettext(one, many, count) : count === 1 ? one : many;
  return filled(found, { count, ...values });
}

function filled(text, values) {
  return text.replace(/%\((\w+)\)[sd]/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
