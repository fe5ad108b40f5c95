import { join } from 'node:path';

/** The repositories of the scenario ship-demo, and the product whose refs stand in one of them. */
export function shipSettings(dir: string, url: string, token: string) {
  const repository = (path: string) => `${url}/git/${path}.git`;
  const image = 'quay.io/demo-org/demo-backend';
  return {
    git: {
      cache: join(dir, 'cache', 'git'),
      repositories: {
        'demo-backend': {
          url: repository('demo/demo-backend'),
          default_branch: 'main',
          protected: ['release-*'],
          token,
        },
        'app-interface': {
          url: repository('service/app-interface'),
          fork_url: repository('demo-bot/app-interface'),
          default_branch: 'master',
          token,
        },
      },
    },
    appinterface: {
      repository: 'app-interface',
      project: 'service/app-interface',
      fork_project: 'demo-bot/app-interface',
      hash_length: 7,
      products: {
        'demo-backend': {
          file: 'data/services/demo/cicd/demo-backend.yml',
          code_repository: 'demo-backend',
          image,
          targets: {
            stage: { template: 'demo-backend', namespace: 'demo-stage' },
            production: { template: 'demo-backend', namespace: 'demo-prod' },
            billing: { template: 'demo-backend', namespace: 'demo-prod-billing' },
          },
          environments: {
            stage: { target: 'stage', deployments: ['demo-backend'], promotes_to: 'production' },
            production: { target: 'production', deployments: ['demo-backend'] },
            billing: { target: 'billing', deployments: ['demo-backend'] },
          },
          merge_request: { labels: ['saas-file-update'] },
          konflux: { namespace: 'demo-tenant', application: 'demo-app', component: 'demo-backend' },
          jira: { project: 'DEMO', type: 'Task' },
          slack: { channel: 'demo-releases' },
          live: {
            production: { environment: 'production', deployment: 'demo-backend', deploys: 'pipelines' },
          },
          gates: { signature: 'required' },
        },
        'demo-shared': {
          file: 'data/services/demo/cicd/demo-shared.yml',
          code_repository: 'demo-backend',
          image,
          targets: {
            worker: { template: 'demo-worker', namespace: 'demo-prod' },
            'worker-after-soak': { template: 'demo-worker', target: 'worker-after-soak' },
          },
        },
      },
    },
  };
}
