import { canonicalJson, digestOf, sha256 } from '../../kit/canonical.ts';
import { isoTime } from '../../kit/clock.ts';
import { stepState } from '../state.ts';
import { artifactsOf, type EvidenceRecord, journalSubject } from './record.ts';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export interface Statement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: { name: string; digest: Record<string, string> }[];
  predicateType: string;
  predicate: Record<string, unknown>;
}

const RELEASE = 'https://in-toto.io/attestation/release/v0.1';
const TEST_RESULT = 'https://in-toto.io/attestation/test-result/v0.1';
const SUMMARY = 'https://slsa.dev/verification_summary/v1';

/**
 * What a run says of its artifacts, in the words of the supply chain: a release (once it is done), a
 * test result for each gate that was judged, and a summary of the verification.
 */
export function statementsOf(record: EvidenceRecord): Statement[] {
  const tests = testResults(record);
  const released = record.state.closed?.state === 'done' ? [release(record)] : [];
  return [...released, ...tests, summary(record, [...released, ...tests])];
}

function subjectOf(record: EvidenceRecord): Statement['subject'] {
  const artifacts = artifactsOf(record).map(({ name, digest }) => ({ name, digest: { ...digest } }));
  return artifacts.length === 0 ? [journalSubject(record)] : artifacts;
}

function statement(
  record: EvidenceRecord,
  predicateType: string,
  predicate: Record<string, unknown>,
): Statement {
  return { _type: 'https://in-toto.io/Statement/v1', subject: subjectOf(record), predicateType, predicate };
}

function release(record: EvidenceRecord): Statement {
  const image = artifactsOf(record).find(({ digest }) => 'sha256' in digest);
  const { flow, key } = record.state.opened;
  const last = image?.name.split('/').at(-1) ?? '';
  const purl =
    image !== undefined && 'sha256' in image.digest
      ? `pkg:oci/${encodeURIComponent(last)}@sha256%3A${image.digest.sha256}?repository_url=${encodeURIComponent(image.name)}`
      : `pkg:generic/${encodeURIComponent(flow.flow)}@${encodeURIComponent(key)}`;
  return statement(record, RELEASE, { purl, packageId: `${flow.flow}/${key}` });
}

function testResults(record: EvidenceRecord): Statement[] {
  return record.state.opened.flow.steps.flatMap((step) => {
    const own = stepState(record.state, step.id);
    if ((step.kind !== 'gate' && step.kind !== 'start') || own.begunAt === null) return [];
    if (!['passed', 'failed', 'waived'].includes(own.status)) return [];
    const result = own.status === 'passed' ? 'PASSED' : own.status === 'waived' ? 'WARNED' : 'FAILED';
    const judged = {
      step: step.id,
      gate: step.gate ?? null,
      start: step.start ?? null,
      poll: step.poll ?? null,
    };
    const list = { PASSED: 'passedTests', WARNED: 'warnedTests', FAILED: 'failedTests' }[result];
    return [
      statement(record, TEST_RESULT, {
        result,
        configuration: [{ name: step.id, digest: { sha256: digestOf(JSON.parse(JSON.stringify(judged))) } }],
        ...(own.ref?.url === undefined || own.ref.url === null ? {} : { url: own.ref.url }),
        passedTests: [],
        warnedTests: [],
        failedTests: [],
        [list]: [step.title ?? step.id],
      }),
    ];
  });
}

function summary(record: EvidenceRecord, inputs: readonly Statement[]): Statement {
  const { state } = record;
  const gates = state.opened.flow.steps
    .filter(({ kind }) => kind === 'gate')
    .map(({ id }) => stepState(state, id).status);
  const passed = state.closed?.state === 'done' && !gates.includes('failed');
  const exceptions = gates.includes('waived') || state.waivers.length > 0 || state.reviews.length > 0;
  const level = exceptions ? 'GATES_PASSED_WITH_EXCEPTIONS' : 'GATES_PASSED';
  return statement(record, SUMMARY, {
    verifier: { id: `urn:sluice:engine:${state.opened.engine}`, version: { sluice: state.opened.engine } },
    timeVerified: isoTime(state.updatedAt),
    resourceUri: `urn:sluice:release:${encodeURIComponent(state.opened.release_id)}`,
    policy: {
      uri: `urn:sluice:flow:${state.opened.flow.flow}`,
      digest: { sha256: state.opened.flow_hash.replace(/^sha256:/, '') },
    },
    inputAttestations: inputs.map((input) => ({
      uri: input.predicateType,
      digest: { sha256: sha256(canonicalJson(input)) },
    })),
    verificationResult: passed ? 'PASSED' : 'FAILED',
    verifiedLevels: [passed ? level : 'FAILED'],
  });
}
