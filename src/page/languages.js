// The languages that were fetched: all but English, which is in the wasm.
import { beside } from "./element.js";

const known = new Map();

// Fetches a language, once; whoever asks again meanwhile waits for the same.
const coming = new Map();
export async function learn(tag) {
  if (known.has(tag)) return;
  if (!coming.has(tag)) coming.set(tag, bring(tag).finally(() => coming.delete(tag)));
  await coming.get(tag);
}

async function bring(tag) {
  const words = await (await file(`${tag}.json`)).json();
  known.set(tag, { words, list: Object.values(words), rules: new Intl.PluralRules(tag) });
}

async function file(name) {
  const answer = await fetch(beside(`locales/${name}`));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

export const knows = (tag) => known.has(tag);

// A word by its place; of a plural, the form for this number; nothing of a language that is not here.
export function wordAt(tag, at, count) {
  const { list, rules } = known.get(tag) ?? {};
  const word = list?.[at];
  return typeof word === "object" ? word[rules.select(count)] : word;
}

// A word by its name, for those who have no places; nothing of a language that is not here.
export const wordOf = (tag, name) => known.get(tag)?.words[name];

// What the demo says in a language.
export const demo = async (tag) => (await file(`demo.${tag}.md`)).text();

// Several things in a row, as a language says them.
export const listed = (tag, things) => new Intl.ListFormat(tag).format(things);

export const figures = (tag, number) => number.toLocaleString(tag);
