// Django's catalogue, or the words as they are written here when it did not come.

const plain = (words, values) => words.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

export const gettext = globalThis.gettext ?? ((words) => words);
export const fill = (words, values) => (globalThis.interpolate ?? plain)(words, values, true).replaceAll("%%", "%");
