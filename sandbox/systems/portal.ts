import { type System, text } from '../http.ts';

export const portal: System = {
  name: 'portal',
  routes: [
    {
      method: 'GET',
      path: '/errata/:advisory',
      answer: (call, world) => {
        const page = world.scenario.portal.pages[call.param('advisory')];
        if (page === undefined || page.live > world.now) {
          return text(404, '<html><head><title>Page not found</title></head></html>', 'text/html');
        }
        const title = page.title ?? call.param('advisory');
        return text(200, `<html><head><title>${title}</title></head></html>`, 'text/html');
      },
    },
  ],
};
