import type { Answer } from './answers.ts';
import { controlTable } from './controls.ts';
import type { EvidenceRecord } from './record.ts';

const MOST_LINES = 12;

/** One page for an auditor: ten answers, each with its places in the journal. Markdown. */
export function pageOf(record: EvidenceRecord, answers: readonly Answer[]): string {
  const { opened, closed } = record.state;
  const lines = [
    `# Evidence: ${opened.flow.title} ${opened.key}`,
    '',
    ...(opened.sandbox ? ['**SANDBOX: nothing here happened outside a sandbox.**', ''] : []),
    `Release ${opened.release_id}, ${closed?.state ?? 'not ended'}. Journal of ${record.entries.length} entries, head ${record.row.headHash}.`,
    'Check it offline: `sluice evidence verify FILE`.',
    '',
  ];
  for (const { number, question, answer, answered, from } of answers) {
    lines.push(`## ${number}. ${question}${answered ? '' : ' (not answered)'}`, '');
    for (const line of answer.slice(0, MOST_LINES)) lines.push(`- ${plain(line)}`);
    if (answer.length > MOST_LINES) lines.push(`- and ${answer.length - MOST_LINES} more, in the bundle`);
    if (from.length > 0) lines.push('', `Journal: ${entriesText(from)}`);
    lines.push('');
  }
  lines.push('## Controls', '', controlTable());
  return `${lines.join('\n')}\n`;
}

/** The line comes from outside in parts: it must not end its list item, or become a table or a tag. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[<>|`[\]]/g, (sign) => `\\${sign}`);
}

function entriesText(from: readonly number[]): string {
  const sorted = [...new Set(from)].sort((a, b) => a - b);
  const shown = sorted.slice(0, 20).join(', ');
  return sorted.length > 20 ? `${shown} and ${sorted.length - 20} more` : shown;
}
