/**
 * What a field of a tool's answer holds, by its name. `machine`: ids, addresses, times, states.
 * `prose`: words of people or of other systems. `lines`: prose that stands line by line in a list.
 * `log`: what a program printed. `code`: files and their changes, which are shown as they are.
 */
export const KINDS = ['machine', 'prose', 'lines', 'log', 'code'] as const;
export type Kind = (typeof KINDS)[number];

/** `field`, or `tool.field` where a tool means something else by it. */
const NAMES: Readonly<Record<Kind, string>> = {
  machine: `
    advisories advisory_type advisory_url age app application applications approved_older_commit arch architecture
    artifact_type at attestation auto_release_expression base base_commit blob branch branch_prefix branches build
    build_requested build_run build_type builder_id builders built calendar catalog_urls cell channel channel_id checked_at
    cluster code code_repository collections comment_id commit committed_at completed_at component component_group
    component_groups components conclusion config_digest configured_at container container_image contexts created
    created_after created_at current_ref cursor cve data date declared default_branch deployment deployments deploys
    differs digest digest_from digest_to disagreeing document duration effective_on effective_time email end ends
    environment event exclude existing expires expires_at expires_in failed_scenarios fetched_at file files
    final_pipeline finished finished_at first first_seen fixed_by fork_project free_name git_commit git_url given
    grade head head_commit head_of how id image image_digest image_from image_to image_url images include issuer
    jira_issues jira_keys jira_ticket key keys kind label last_built_commit last_promoted_digest last_promoted_image
    last_seen last_step last_task link live_sha log_url matched_message media_type merge_base merge_commit
    merge_request merge_state merge_url merged_at missed missing_jobs namespace newest newest_passed newest_snapshot
    newest_state next_cursor no_report nudged_by nudges objects origin other_artifacts overall pac_state packages
    parent parents path payload permalink phase picked pipeline pipeline_run pipeline_status plan platform
    platform_digest platforms pod pods policy pool ports predicate_type previous_ref product project promoted_from
    public_key publish published_at pull_request pull_spec pullspec qa_owner queue range ready ref reference refs
    rekor_url related_tasks release release_date release_day release_plan release_plans released_at remote replaces
    reported_at repository request_id requested_end requester reservation resolved_at resolver resource_kind
    restarted_at resume_token retry_of revision revision_from revision_to rule rule_data_keys run running runs
    saas_file same_name_hint sbom schedule sent service_account severity sha shipment_mr signature since snapshot
    source source_branch source_project spec_image stable stage start started_at state status step stream subscribe
    system tab tag tags target target_branch target_environment targets task task_run template template_ref
    tenant_pipeline thread_ts ticket ticket_keys ticket_keys_going tier time time_zone tool tracked ts type uid until
    updated updated_at uri url urls user verdict verified version waiting waiting_for workflow written y_stream zone`,
  prose: `
    access_detail actor addresses admission annotations approved_by author because blocker blockers bot_labels by
    candidate_builds cause changed closing_note changed_by changes_requested_by checks consistent context creator cross_platform
    dependents description detail details display_name eligible env error failed_in failed_steps failure_reason
    field fix_versions flaky from handle how_to_resolve input invalid_why issue job labels links
    mentions_left_out merged_by metadata missing mitigation name named next not_addressable not_started note notice
    open other_rules owner parameters phrase priority problem problems real_name reason reasons remedy required resolution
    results retries reviewer reviewers rules_left scenario scenarios solution subject suggested summary superseded_by
    title to unwell username value values warnings what why`,
  lines: 'body message notes text',
  log: `
    log log_tail output_tail konflux_build_logs.lines konflux_pipeline_logs.lines konflux_task_logs.lines
    kubernetes_logs.lines github_get_job_log.lines`,
  code: 'content patch github_get_file.lines git_show.text git_blame.text',
};

const BY_NAME: ReadonlyMap<string, Kind> = new Map(
  KINDS.flatMap((kind) =>
    NAMES[kind]
      .trim()
      .split(/\s+/)
      .map((name): [string, Kind] => [name, kind]),
  ),
);

/** Undefined for a name that nobody has classified yet; it is cleaned as prose. */
export function kindOfName(name: string, tool = ''): Kind | undefined {
  return BY_NAME.get(`${tool}.${name}`) ?? BY_NAME.get(name);
}
