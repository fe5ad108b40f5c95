import type { OarServices } from '../oar/client.ts';
import type { ProwClient } from '../prow/client.ts';
import type { ReleaseControllerClient } from '../release-controller/client.ts';

/** The clients of other modules, each asked for at first use. */
export interface JobsServices {
  oar(): OarServices;
  prow(): ProwClient;
  releaseController(): ReleaseControllerClient;
}
