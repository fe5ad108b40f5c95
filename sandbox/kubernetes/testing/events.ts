import type { Bench } from '../../bench.ts';

export interface Event {
  type: string;
  object: Record<string, unknown>;
}

/** An open watch. `next` waits for so many events more, `rest` for its end. */
export async function watching(bench: Bench, path: string) {
  const leave = new AbortController();
  const response = await fetch(`${bench.sandbox.url}${path}`, {
    headers: bench.credentials(path),
    signal: leave.signal,
  });
  if (response.body === null) throw new Error('no stream');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const queue: Event[] = [];
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    if (done) return false;
    const lines = (text + value).split('\n');
    text = lines.pop() ?? '';
    queue.push(...lines.map((line): Event => JSON.parse(line)));
    return true;
  };
  return {
    status: response.status,
    headers: response.headers,
    async next(count = 1): Promise<Event[]> {
      while (queue.length < count) {
        if (!(await more())) throw new Error(`the watch ended after ${JSON.stringify(queue)}`);
      }
      return queue.splice(0, count);
    },
    async rest(): Promise<Event[]> {
      while (await more());
      return queue.splice(0);
    },
    leave: () => leave.abort(),
  };
}
