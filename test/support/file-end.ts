const undos: (() => void | Promise<void>)[] = [];

/**
 * Undoes, when the test file ends that runs now, what a helper made for it. Test files share a process,
 * so a hook at the top of a helper would be heard of once alone: in the first file that imports it.
 */
export function atFileEnd(undo: () => void | Promise<void>): void {
  undos.push(undo);
}

export async function endFile(): Promise<void> {
  for (const undo of undos.splice(0).reverse()) await undo();
}
