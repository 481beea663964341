// Tailwind's styles for Streamdown, into the file that streamdown.jsx takes in: those of its classes that stand somewhere in
// Streamdown's files, which is what Tailwind's own program looks for, too. Node runs it; it reaches no page.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "tailwindcss";

const resolve = (id) => fileURLToPath(import.meta.resolve(id));
const read = (file) => readFile(file, "utf8");

/// What `@import` names: `tailwindcss` is its `index.css`.
const loadStylesheet = async (id, base) => {
  const path = resolve(id === "tailwindcss" ? "tailwindcss/index.css" : id);
  return { path, base, content: await read(path) };
};

const folder = dirname(resolve("streamdown"));
const scripts = (await readdir(folder)).filter((file) => file.endsWith(".js"));
const texts = await Promise.all(scripts.map((file) => read(join(folder, file))));
const words = new Set(texts.join(" ").split(/[\s"'`]+/));
const { build } = await compile(await read("streamdown.css"), { base: ".", loadStylesheet });
await writeFile("made.css", build([...words]));
