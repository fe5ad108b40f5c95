import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { isInitializeRequest, type McpServer } from '@modelcontextprotocol/server';
import { answerRpcError } from './http-answers.ts';

const MOST_SESSIONS = 200;

/** Sessions for clients of the 2025 protocols; the oldest gives way when there are too many. */
export class Sessions {
  readonly #open = new Map<string, NodeStreamableHTTPServerTransport>();
  readonly #factory: () => McpServer;

  constructor(factory: () => McpServer) {
    this.#factory = factory;
  }

  async handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers['mcp-session-id'];
    if (typeof id === 'string') {
      const transport = this.#open.get(id);
      if (transport === undefined)
        return answerRpcError(response, 404, 'Session not found: initialize again.');
      // Used last, dropped last.
      this.#open.delete(id);
      this.#open.set(id, transport);
      return await transport.handleRequest(request, response, body);
    }
    if (!isInitializeRequest(body)) return answerRpcError(response, 400, 'No session: initialize first.');
    await (await this.#begin()).handleRequest(request, response, body);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((transport) => transport.close()));
    this.#open.clear();
  }

  async #begin(): Promise<NodeStreamableHTTPServerTransport> {
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#open.size >= MOST_SESSIONS) {
      this.#open.delete(oldest[0]);
      await oldest[1].close();
    }
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        this.#open.set(id, transport);
      },
      onsessionclosed: (id) => {
        this.#open.delete(id);
      },
    });
    await this.#factory().connect(transport);
    return transport;
  }
}
