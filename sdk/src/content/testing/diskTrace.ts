import { dirname } from "node:path";

/** What was done to a file or a directory, and how much of that was brought to the disk. */
interface Change {
  made: number;
  synced: number;
}

interface Call {
  readonly name: string;
  readonly text: string;
}

/**
 * Follows what a process did to files, as `strace -f -y` wrote it down, and tells what a power cut would have taken.
 */
export class DiskTrace {
  readonly #changes = new Map<string, Change>();
  readonly #begun = new Map<string, { call: Call; versions: Map<string, number> }>();

  /** @param call called for each system call before it takes effect */
  read(trace: string, call: (call: Call) => void): void {
    for (const line of trace.split("\n")) {
      const resumed = /^(\d+) +<\.\.\. \w+ resumed>.*= (-?\d+)/.exec(line);
      if (resumed !== null) {
        const begun = this.#begun.get(resumed[1]!);
        this.#begun.delete(resumed[1]!);
        if (begun !== undefined && !resumed[2]!.startsWith("-")) this.#end(begun);
        continue;
      }
      const started = /^(\d+) +(\w+)\((.*)$/.exec(line);
      if (started === null) continue;
      const begun = { call: { name: started[2]!, text: started[3]! }, versions: this.#versions() };
      call(begun.call);
      if (begun.call.text.endsWith("<unfinished ...>")) {
        this.#begun.set(started[1]!, begun);
        if (!isSync(begun.call)) this.#end(begun);
      } else if (!/= -\d/.test(begun.call.text)) this.#end(begun);
    }
  }

  /** @returns paths of files and directories below a folder with changes that a power cut would take. */
  atRisk(folder: string): string[] {
    return [...this.#changes]
      .filter(([path, { made, synced }]) => path.startsWith(folder) && made > synced)
      .map(([path]) => path)
      .sort();
  }

  /** Which paths were changed at all. */
  get changed(): string[] {
    return [...this.#changes.keys()];
  }

  #versions(): Map<string, number> {
    return new Map([...this.#changes].map(([path, { made }]) => [path, made]));
  }

  #change(path: string): Change {
    const change = this.#changes.get(path) ?? { made: 0, synced: 0 };
    this.#changes.set(path, change);
    return change;
  }

  #end({ call: { name, text }, versions }: { call: Call; versions: Map<string, number> }): void {
    const paths = [...text.matchAll(/"([^"]+)"/g)].map(([, path]) => path!);
    const file = /^\d+<([^>]+)>/.exec(text)?.[1];
    if (isSync({ name, text })) {
      const change = this.#change(file!);
      change.synced = Math.max(change.synced, versions.get(file!) ?? 0);
    } else if (/^(p?write|ftruncate)/.test(name)) {
      if (file !== undefined) this.#change(file).made++;
    } else if (name === "openat") {
      if (text.includes("O_CREAT")) this.#change(dirname(paths[0]!)).made++;
    } else if (/^(mkdir|link|unlink|rmdir)/.test(name)) {
      this.#change(dirname(paths.at(-1)!)).made++;
    } else if (name.startsWith("rename")) {
      const [from, to] = [paths[0]!, paths[1]!];
      this.#change(dirname(from)).made++;
      this.#change(dirname(to)).made++;
      this.#changes.set(to, this.#change(from));
      this.#changes.delete(from);
    }
    if (/^(unlink|rmdir)/.test(name)) this.#changes.delete(paths.at(-1)!);
  }
}

function isSync({ name }: Call): boolean {
  return name === "fsync" || name === "fdatasync";
}
