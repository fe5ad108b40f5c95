/** A table; what stands in a cell may hold any character. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

/** For words that are not markdown: names of tests, titles. */
export function plain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>]/g, (sign) => `\\${sign}`);
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
