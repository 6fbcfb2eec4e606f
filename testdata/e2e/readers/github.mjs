// Reads a log as the runner of GitHub Actions does: what begins a line with :: is
// a command, what stands behind ##[ is one of the older kind.
import { readFileSync } from "node:fs";

const unescape = (text, more) => Object.entries({ "%0D": "\r", "%0A": "\n", ...more, "%25": "%" }).reduce((t, [from, to]) => t.replaceAll(from, to), text);
let commands = 0;
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  const command = line.trimStart().match(/^::([^ :]+)(?: ([^:]*))?::(.*)$/);
  if (!command) {
    if (line.trimStart().startsWith("::") || line.includes("##[")) throw new Error("a command that is none: " + line);
    continue;
  }
  const [, name, properties, message] = command;
  if (!["error", "warning", "notice"].includes(name)) throw new Error("a command that is not ours: " + line);
  commands++;
  const title = (properties || "").split(",").map((p) => p.split("=")).find(([key]) => key === "title");
  console.log(name, unescape(title[1], { "%3A": ":", "%2C": "," }));
  console.log(unescape(message));
}
console.log("commands:", commands);
