// The snippets of the developers' page, run against a demo of the binary: what is shown there has to work.
//
//   node snippets.mjs BINARY
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { check, finish } from "./lib.mjs";
import { demo } from "./demo.mjs";

const run = promisify(execFile);
const server = await demo(process.argv[2]);
const folder = new URL("../../api/pages/snippets/", import.meta.url).pathname;
try {
  for (const [program, file] of [["sh", "projects.sh"], ["python3", "projects.py"], ["node", "projects.mjs"]]) {
    const { stdout } = await run(program, [folder + file], { env: { ...process.env, CARAVANSERAI: server.url } });
    check(stdout.trim().length > 50, `${file} says ${stdout}`);
  }
} catch (error) {
  check(false, `stopped: ${error.stack}`);
} finally {
  server.stop();
}
finish("snippets");
