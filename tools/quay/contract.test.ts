import { startOciRegistry } from '../../test/support/oci-registry.ts';
import { registryContract } from '../../test/support/registry-contract.ts';

registryContract('a registry with the referrers API', () => startOciRegistry({ pageSize: 3 }));

registryContract('a registry without the referrers API', () => startOciRegistry({ referrers: false }));

registryContract('a registry behind a token service', () =>
  startOciRegistry({ account: { user: 'team+robot', password: 'robot-token' } }),
);
