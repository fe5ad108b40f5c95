import { describe, expect, it } from 'vitest';
import { zstream } from '../testing/sandbox.ts';

const R = { release: '4.20.27' };
const EMAIL = 'rl@example.com';
const PROJECT = 'hybrid-platforms/art/ocp-shipment-data!609';

describe('4.20.27 from its first to its last day', () => {
  it('metadata', async () => {
    const world = await zstream('z-stream-4.20.27');
    expect(await world.read('oar_get_release_metadata', R)).toMatchInlineSnapshot(`
      {
        "advisories": {
          "rhcos": 169026,
          "rpm": 169025,
        },
        "candidate_builds": {
          "x86_64": "4.20.0-0.nightly-2026-06-24-204339",
        },
        "flow": "konflux",
        "jira_ticket": "ART-21265",
        "release": "4.20.27",
        "release_date": "2026-Jun-30",
        "release_day": "2026-06-30T00:00:00Z",
        "shipment_mr": "https://gitlab.cee.redhat.com/hybrid-platforms/art/ocp-shipment-data/-/merge_requests/609",
        "summary": "4.20.27 (konflux flow) ships on 2026-Jun-30 with rpm 169025, rhcos 169026; 0 warnings.",
        "warnings": [],
      }
    `);
  });

  it('Z-S1 creates the StateBox once', async () => {
    const world = await zstream('z-stream-4.20.27');
    await expect(world.read('oar_get_release_status', R)).rejects.toMatchObject({ code: 'not_found' });
    const first = await world.write('oar_create_test_report', R);
    expect(first).toMatchInlineSnapshot(`
      {
        "created": true,
        "path": "_releases/4.20/statebox/4.20.27.yaml",
        "release": "4.20.27",
        "summary": "The StateBox of 4.20.27 was created: _releases/4.20/statebox/4.20.27.yaml.",
        "url": "https://github.com/openshift/release-tests/blob/z-stream/_releases/4.20/statebox/4.20.27.yaml",
      }
    `);
    expect(await world.write('oar_create_test_report', R)).toMatchObject({ created: false });
    expect(await world.changes()).toHaveLength(1);
    expect(await world.read('oar_get_release_status', R)).toMatchObject({
      overall: 'Not Started',
      metadata: { jira_ticket: 'ART-21265', advisory_ids: { rpm: 169025, rhcos: 169026 } },
    });
  });

  it('no release date, no StateBox', async () => {
    const world = await zstream('z-stream-4.20.27');
    await expect(world.effects('oar_create_test_report', { release: '4.20.99' })).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('not ready'),
    });
  });

  it('Z-P7 takes ownership, once', async () => {
    const world = await zstream('z-stream-4.20.27');
    const input = { ...R, email: EMAIL };
    expect((await world.effects('oar_take_ownership', input)).map(({ key }) => key)).toMatchInlineSnapshot(`
      [
        "errata/169025/qa-owner/rl@example.com",
        "errata/169026/qa-owner/rl@example.com",
        "gitlab/hybrid-platforms/art/ocp-shipment-data!609/note/qe-release-lead/rlead",
      ]
    `);
    expect(await world.write('oar_take_ownership', input)).toMatchInlineSnapshot(`
      {
        "abnormal": [],
        "advisories": [
          {
            "id": 169025,
            "kind": "rpm",
            "state": "QE",
          },
          {
            "id": 169026,
            "kind": "rhcos",
            "state": "QE",
          },
        ],
        "owner": "rl@example.com",
        "release": "4.20.27",
        "summary": "rl@example.com owns 4.20.27: 2 advisories and the shipment.",
        "username": "rlead",
      }
    `);
    const changes = await world.changes();
    expect(changes).toHaveLength(3);
    await world.write('oar_take_ownership', input);
    expect(await world.changes()).toEqual(changes);
  });

  it('Z-P7 an unknown user changes nothing', async () => {
    const world = await zstream('z-stream-4.20.27');
    const write = world.write('oar_take_ownership', { ...R, email: 'nobody@example.com' });
    await expect(write).rejects.toMatchObject({ code: 'not_found' });
    expect(await world.changes()).toEqual([]);
  });

  it('Z-P8 Z-P9 trackers and alerts', async () => {
    const world = await zstream('z-stream-4.20.27');
    expect(await world.read('oar_check_cve_tracker_bug', R)).toMatchObject({ missed: [], blocker: null });
    await world.patch({
      trackers: {
        '4.20.27': {
          brew: { rpm: ['OCPBUGS-1'], image: ['OCPBUGS-3'] },
          konflux: { image: ['OCPBUGS-1', 'OCPBUGS-2'] },
        },
      },
    });
    expect(await world.read('oar_check_cve_tracker_bug', R)).toMatchObject({
      missed: ['OCPBUGS-1', 'OCPBUGS-2'],
      blocker: 'Found 2 missed CVE tracker bugs: OCPBUGS-1, OCPBUGS-2',
    });
    expect(await world.read('oar_check_rhcos_security_alerts', R)).toMatchObject({
      advisory: 169026,
      blocking: [],
      alerts: 1,
    });
  });

  it('promotion by the phase alone', async () => {
    const world = await zstream('z-stream-4.20.27');
    expect(await world.read('oar_get_promotion_status', R)).toMatchObject({
      phase: 'Ready',
      promoted: false,
    });
    expect(await world.read('oar_get_promotion_status', { release: '4.20.99' })).toMatchObject({
      phase: 'Absent',
    });
    await world.to('2026-06-25T16:20:00Z');
    expect(await world.read('oar_get_promotion_status', R)).toMatchObject({
      phase: 'Accepted',
      promoted: true,
    });
  });

  it('Z-P2 Z-P3 tests wait for the stage release and are started once', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-25T17:00:00Z');
    for (const tool of ['oar_image_consistency_check', 'oar_stage_testing']) {
      await expect(world.write(tool, R)).rejects.toMatchObject({
        name: 'NotYet',
        message: expect.stringMatching(new RegExp(`${PROJECT}.*stage-release-triggers.*770609`)),
      });
    }
    expect(await world.changes()).toEqual([]);

    await world.to('2026-06-26T07:58:00Z');
    expect(await world.write('oar_image_consistency_check', R)).toMatchObject({
      ref: { system: 'prow', id: '15c6a6b7-a0a0-461f-b3f4-4b5597625afc', url: null, attempt: 1 },
      state: 'scheduling',
    });
    expect(await world.write('oar_stage_testing', R)).toMatchObject({
      ref: { system: 'jenkins', id: expect.stringMatching(/^queue:/), attempt: 1 },
      state: 'queued',
    });
    const changes = await world.changes();
    await world.to('2026-06-26T08:10:00Z');
    expect(await world.write('oar_image_consistency_check', { ...R, attempt: 2 })).toMatchObject({
      state: 'pending',
    });
    expect(await world.write('oar_stage_testing', R)).toMatchObject({
      ref: { id: '1668' },
      state: 'running',
    });
    expect(await world.changes()).toEqual(changes);
  });

  it('Z-P5 a named run of something else is a conflict and starts nothing', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-26T07:58:00Z');
    await expect(world.write('oar_stage_testing', { ...R, build_number: 1659 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('4.20.2-x86_64'),
    });
    const other = '5d2e3c1f-0a77-4a45-9a0f-3f7de7b2c818';
    await expect(world.write('oar_image_consistency_check', { ...R, job_id: other })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await world.changes()).toEqual([]);
  });

  it('Z-P11 Z-P12 approval: the merge request at once, the advisories when the page is live', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-29T12:00:00Z');
    const before = (await world.effects('oar_change_advisory_status', R)).map(({ key, preview }) => ({
      key,
      after: preview.after,
    }));
    expect(before).toMatchInlineSnapshot(`
      [
        {
          "after": "approved by sluice-bot",
          "key": "gitlab/hybrid-platforms/art/ocp-shipment-data!609/approve/sluice-bot",
        },
        {
          "after": "REL_PREP",
          "key": "errata/169025/state/REL_PREP",
        },
        {
          "after": "REL_PREP",
          "key": "errata/169026/state/REL_PREP",
        },
      ]
    `);
    await expect(world.write('oar_change_advisory_status', R)).rejects.toMatchObject({
      name: 'NotYet',
      message: expect.stringContaining('RHBA-2026:16165'),
      lookAgainSeconds: 1800,
    });
    expect(await world.changes()).toHaveLength(1);

    await world.to('2026-06-30T13:00:00Z');
    const done = await world.write('oar_change_advisory_status', R);
    expect(done).toMatchObject({
      advisories: [
        { id: 169025, state: 'REL_PREP' },
        { id: 169026, state: 'REL_PREP' },
      ],
    });
    const after = (await world.effects('oar_change_advisory_status', R)).map(({ key, preview }) => ({
      key,
      after: preview.after,
    }));
    expect(after).toEqual(before);
    const changes = await world.changes();
    await world.write('oar_change_advisory_status', R);
    expect(await world.changes()).toEqual(changes);
    expect(changes).toHaveLength(3);

    expect(await world.read('oar_is_release_shipped', R)).toMatchObject({ state: 'not_yet', shipped: false });
    await world.to('2026-06-30T13:31:00Z');
    expect(await world.read('oar_is_release_shipped', R)).toMatchObject({ state: 'shipped', shipped: true });
  });

  it('Z-P11 Z-D4 Z-P17 a closed merge request: cancelled, nothing approved', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-29T12:00:00Z');
    await world.patch({
      gitlab: {
        projects: {
          'hybrid-platforms/art/ocp-shipment-data': { merge_requests: { 609: { state: 'closed' } } },
        },
      },
    });
    await expect(world.effects('oar_change_advisory_status', R)).rejects.toMatchObject({
      code: 'precondition',
    });
    expect(await world.read('oar_is_release_shipped', R)).toMatchObject({
      state: 'cancelled',
      shipped: false,
    });
  });

  it('Z-P10 the signature, once it is published', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-26T08:00:00Z');
    expect(await world.read('oar_image_signed_check', R)).toMatchObject({ state: 'not_published' });
    await world.to('2026-06-29T12:00:00Z');
    const checked = await world.read('oar_image_signed_check', R).catch((error: unknown) => error);
    // Without bytes from kit/http there is no telling; never a wrong yes.
    if (checked instanceof Error) expect(checked.message).toMatch(/keeps no bytes/);
    else expect(checked).toMatchObject({ state: 'signed', verified: null });
  });

  it('an answer that is lost after its effect does not double it', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-26T07:58:00Z');
    const faults = [
      ['github', 'PUT'],
      ['errata', 'PUT'],
      ['gitlab', 'POST'],
      ['errata', 'POST'],
      ['gangway', 'POST'],
      ['jenkins', 'POST'],
    ];
    for (const [system, method] of faults)
      await world.fault({ system, method, fault: 'reset_after', times: 1 });
    await world.write('oar_create_test_report', R);
    await world.write('oar_take_ownership', { ...R, email: EMAIL });
    await world.write('oar_push_to_cdn_staging', R);
    await world.write('oar_image_consistency_check', R);
    await world.write('oar_stage_testing', R);
    expect((await world.changes()).sort()).toMatchInlineSnapshot(`
      [
        "build_queued zstreams/Stage-Pipeline",
        "file_put openshift/release-tests@z-stream:_releases/4.20/statebox/4.20.27.yaml",
        "note_created hybrid-platforms/art/ocp-shipment-data!609",
        "prowjob_created periodic-ci-openshift-release-tests-main-image-consistency-check",
        "push_created 169025",
        "push_created 169026",
        "qa_owner_set 169025",
        "qa_owner_set 169026",
      ]
    `);
    expect(await world.unanswered()).toBe(faults.length);
  });

  it('Z-D4 a dropped advisory does not hold up the release', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-30T13:31:00Z');
    await world.patch({
      errata: { advisories: { 169025: { state: 'DROPPED_NO_SHIP' }, 169026: { state: 'SHIPPED_LIVE' } } },
    });
    expect(await world.read('oar_is_release_shipped', R)).toMatchObject({
      shipped: true,
      advisories: [{ id: 169026, ready: true }],
    });
  });
});

describe('pushes to staging', () => {
  it('Z-P6 pushes each advisory once and follows it', async () => {
    const world = await zstream('z-stream-4.20.27');
    expect(await world.read('oar_get_push_status', R)).toMatchObject({ state: 'not_started' });
    expect(await world.write('oar_push_to_cdn_staging', R)).toMatchObject({
      state: 'running',
      ref: { system: 'errata', id: '169025,169026', url: null },
    });
    await world.write('oar_push_to_cdn_staging', R);
    expect(await world.changes()).toHaveLength(2);
    await world.to('2026-06-25T13:14:00Z');
    expect(await world.read('oar_get_push_status', R)).toMatchObject({ state: 'complete' });
    await world.write('oar_push_to_cdn_staging', { ...R, attempt: 2 });
    expect(await world.changes()).toHaveLength(2);
  });

  it('Z-P6 repeats a failed push when an attempt is left, waits for NEW_FILES', async () => {
    const world = await zstream('z-stream-push-repeated');
    await expect(world.write('oar_push_to_cdn_staging', R)).rejects.toMatchObject({
      name: 'NotYet',
      message: expect.stringContaining('advisory 169026 is NEW_FILES'),
    });
    expect(await world.changes()).toEqual(['push_created 169025']);
    await world.to('2026-06-25T12:41:00Z');
    expect(await world.read('oar_get_push_status', R)).toMatchObject({ state: 'failed' });
    await expect(world.write('oar_push_to_cdn_staging', R)).rejects.toMatchObject({ name: 'NotYet' });
    expect(await world.changes()).toHaveLength(1);
    await expect(world.write('oar_push_to_cdn_staging', { ...R, attempt: 2 })).rejects.toMatchObject({
      name: 'NotYet',
    });
    expect(await world.changes()).toHaveLength(2);
    await world.to('2026-06-26T12:00:00Z');
    expect(await world.write('oar_push_to_cdn_staging', { ...R, attempt: 2 })).toMatchObject({
      state: 'running',
    });
    expect(await world.changes()).toEqual([
      'push_created 169025',
      'push_created 169025',
      'push_created 169026',
    ]);
  });

  it('Z-P6 zero live advisories is an error, never complete', async () => {
    const world = await zstream('z-stream-4.20.27');
    const dropped = { state: 'DROPPED_NO_SHIP' };
    await world.patch({ errata: { advisories: { 169025: dropped, 169026: dropped } } });
    await expect(world.read('oar_get_push_status', R)).rejects.toMatchObject({ code: 'precondition' });
    await expect(world.effects('oar_push_to_cdn_staging', R)).rejects.toMatchObject({ code: 'precondition' });
  });

  it('Z-P6 waits for the advisory that blocks another', async () => {
    const world = await zstream('z-stream-4.20.27');
    await world.patch({ errata: { advisories: { 169025: { blocking_advisories: [169026] } } } });
    await expect(world.write('oar_push_to_cdn_staging', R)).rejects.toMatchObject({
      name: 'NotYet',
      message: expect.stringContaining('after advisory 169026'),
    });
    expect(await world.changes()).toEqual(['push_created 169026']);
    await world.to('2026-06-25T13:14:00Z');
    await world.write('oar_push_to_cdn_staging', R);
    expect(await world.changes()).toEqual(['push_created 169026', 'push_created 169025']);
  });
});

describe('attempts of stage testing', () => {
  it('a second one only after a failure and only when it is asked for', async () => {
    const world = await zstream('z-stream-stage-fails-once', '2026-06-26T07:58:00Z');
    await world.write('oar_stage_testing', R);
    await world.to('2026-06-26T10:30:00Z');
    expect(await world.write('oar_stage_testing', R)).toMatchObject({
      ref: { id: '1668' },
      state: 'failure',
    });
    expect(await world.write('oar_stage_testing', { ...R, attempt: 2 })).toMatchObject({
      ref: { attempt: 2 },
      state: 'queued',
    });
    await world.to('2026-06-26T10:32:00Z');
    expect(await world.write('oar_stage_testing', { ...R, attempt: 2 })).toMatchObject({
      ref: { id: '1669' },
    });
    expect(await world.changes()).toHaveLength(2);
  });
});

describe('Z-P15 takeover of 4.17.55', () => {
  it('finds everything that was begun and sends nothing', async () => {
    const world = await zstream('z-stream-takeover-4.17.55');
    const release = '4.17.55';
    expect(await world.write('oar_create_test_report', { release })).toMatchObject({ created: false });
    expect(await world.write('oar_image_consistency_check', { release })).toMatchObject({
      ref: { id: 'bef9b82c-0064-4017-a497-afdca27ffe67' },
    });
    expect(await world.write('oar_stage_testing', { release })).toMatchObject({ ref: { id: '1673' } });
    expect(await world.write('oar_push_to_cdn_staging', { release })).toMatchObject({
      ref: { id: '169302,169303' },
    });
    await world.write('oar_take_ownership', { release, email: EMAIL });
    expect(await world.changes()).toEqual([]);
  });
});
