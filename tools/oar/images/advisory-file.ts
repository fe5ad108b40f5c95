import { z } from 'zod';
import { NotYet } from '../../../src/kit/errors.ts';
import { drift, fromYaml } from '../drift.ts';
import { see } from '../flow-page.ts';
import type { OarServices } from '../services.ts';
import type { ShipmentImages } from './shipment-files.ts';

const AdvisoryFile = z.object({
  spec: z.object({
    content: z.object({
      images: z
        .array(
          z.object({
            containerImage: z.string().min(1),
            component: z.string().nullish(),
            architecture: z.string().nullish(),
          }),
        )
        .nullish(),
    }),
  }),
});

export interface ShippedImage {
  pullspec: string;
  component: string;
  architecture: string;
}

const RAW = /^https?:\/\/[^/?#\s]+\/([\w.-]+(?:\/[\w.-]+)+?)\/-\/raw\/([\w.-]+)\/([^?#\s]+)$/;

/**
 * The images of a shipment's advisory on stage. Of its address only project, branch and file are
 * used, against the configured GitLab: no request goes to a host that a file names.
 */
export async function advisoryImages(services: OarServices, file: ShipmentImages): Promise<ShippedImage[]> {
  if (file.advisoryUrl === null) {
    throw new NotYet(
      `${file.path} names no advisory on stage yet (environments.stage.advisory.internal_url).`,
      {
        remedy: `Wait until the stage release has written it. ${see('stage-release-not-done')}`,
      },
    );
  }
  const [, project = '', ref = '', path = ''] = RAW.exec(file.advisoryUrl) ?? [];
  if (project === '') {
    throw drift(
      file.path,
      `${JSON.stringify(file.advisoryUrl.slice(0, 200))} is not the address of a file in GitLab`,
    );
  }
  const text = await services.gitlab().rawFile(project, decodeURIComponent(path), ref);
  const { images } = fromYaml(`${project}:${path}`, text, AdvisoryFile).spec.content;
  return (images ?? []).map(({ containerImage, component, architecture }) => ({
    pullspec: containerImage,
    component: component ?? '',
    architecture: architecture ?? '',
  }));
}
