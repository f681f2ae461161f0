// Types of redial.js.

export class Redial {
  constructor(options?: { clock?: () => number; draw?: () => number });
  linked(): void;
  nextWaitMs(): number;
}
export function sleep(ms: number, signal?: AbortSignal): Promise<void>;
