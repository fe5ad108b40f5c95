import type { OwnSkill } from './world.ts';

/** A flow that asks, then does one thing. */
export const ASK_FIRST: OwnSkill = {
  name: 'ask-first',
  tools: ['jira_*', 'oar_create_test_report'],
  flow: `
flow: ask-first
title: Ask first
inputs:
  item: { description: a word }
key: =inputs.item
steps:
  confirm:
    title: The one who asked says yes
    confirm:
      question: '"Tell ART-21265 about " + inputs.item + "?"'
      shows: { item: inputs.item, issue: '"ART-21265"' }
  tell:
    title: A comment
    needs: [confirm]
    uses: jira_add_comment
    with: { issue: ART-21265, body: '="About " + inputs.item', key: =run.id }
    undo: { none: A comment stays. }
`,
};
