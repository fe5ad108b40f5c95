/**
 * Which answer of a bundle a control asks for. SOC 2 (Trust Services Criteria) CC8.1: changes are
 * authorised, designed, developed, configured, documented, tested, approved and implemented. ISO/IEC
 * 27001:2022 A.8.32: changes are subject to change management.
 */
const CONTROLS: readonly { control: string; asks: string; answers: readonly number[] }[] = [
  { control: 'SOC 2 CC8.1', asks: 'the change is described', answers: [1, 8] },
  { control: 'SOC 2 CC8.1', asks: 'it was authorised, for a reason', answers: [2, 3] },
  { control: 'SOC 2 CC8.1', asks: 'it was tested before it was implemented', answers: [6] },
  { control: 'SOC 2 CC8.1', asks: 'it was approved by somebody else, before', answers: [4, 7] },
  { control: 'SOC 2 CC8.1', asks: 'who implemented it is known', answers: [5] },
  { control: 'SOC 2 CC8.1', asks: 'an emergency change was looked into afterwards', answers: [4] },
  { control: 'ISO 27001 A.8.32', asks: 'its impact was planned and assessed', answers: [1, 9] },
  { control: 'ISO 27001 A.8.32', asks: 'it was authorised', answers: [3, 4] },
  { control: 'ISO 27001 A.8.32', asks: 'it was tested and accepted', answers: [6, 7] },
  { control: 'ISO 27001 A.8.32', asks: 'there was a way back', answers: [9] },
  { control: 'ISO 27001 A.8.32', asks: 'a record of it is kept', answers: [10] },
];

/** Markdown. */
export function controlTable(): string {
  const rows = CONTROLS.map(
    ({ control, asks, answers }) => `| ${control}: ${asks} | ${answers.join(', ')} |`,
  );
  return ['| control | where it is answered |', '|---|---|', ...rows].join('\n');
}
