/** A new element with properties and children. */
export function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const kept = new Map();

/** A file of data, fetched once a page however many figures use it. */
export function dataAt(address) {
  if (!kept.has(address)) kept.set(address, fetchData(address));
  return kept.get(address);
}

async function fetchData(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return await answer.json();
  } catch (error) {
    kept.delete(address); // the next one may have more luck
    throw error;
  }
}
