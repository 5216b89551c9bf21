import { spawn } from 'node:child_process';

const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

/** Opens `url` in the browser of whoever runs this. Returns whether there was something that opens it. */
export function openBrowser(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const opener = openers[process.platform];
    if (opener === undefined) return resolve(false);
    const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    // What opens it may stay for as long as the browser does.
    child.once('spawn', () => resolve(true));
    child.unref();
    return undefined;
  });
}
