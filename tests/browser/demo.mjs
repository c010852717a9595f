// A demo of the binary for the tests in a browser: started on a free port, ended with them.
import { spawn } from "node:child_process";

/** Starts `BINARY demo --json` and waits for the line that says that it is ready. */
export async function demo(binary) {
  const child = spawn(binary, ["demo", "--json", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  const ready = JSON.parse(text.split("\n")[0]);
  child.stdout.resume();
  return { ...ready, stop: () => child.kill("SIGTERM") };
}
