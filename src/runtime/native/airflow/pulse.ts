import { dagAnswer, versionAnswer } from '../../../airflow/answers.ts';
import { AirflowClient } from '../../../airflow/client.ts';
import { type AirflowPulse, probeAirflow } from '../../../airflow/probe.ts';
import type { AirflowTarget } from '../../../airflow/target.ts';
import { silent } from '../../../progress.ts';
import type { Probe, ProbedRun } from '../../service.ts';

/** A health page costs Airflow some queries, and three services are asked for at once. */
const freshMs = 200;

/** The probes of one Airflow's services, by its health page. */
export class Pulse {
  readonly #target: AirflowTarget;
  readonly #signal: AbortSignal;
  #asked: { at: number; answer: Promise<AirflowPulse> } | null = null;

  constructor(target: AirflowTarget, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  /** At a start it must let us in as well: the one that answers may be somebody else's. */
  async apiServer(run: ProbedRun): Promise<Probe> {
    const { ready, detail } = await this.#read();
    if (!ready || run.healthyAt !== null) return { ready, detail };
    return this.#asUser({ ready, detail }, (client) => client.get(['version'], versionAnswer));
  }

  /** Whether the part has beaten since `run` began: the last beat of a killed one counts for half a minute. */
  async part(part: 'scheduler' | 'dagProcessor', { startedAt }: ProbedRun): Promise<Probe> {
    const pulse = await this.#read();
    if (!pulse.ready) return { ready: false, detail: pulse.detail };
    const { healthy, at } = pulse[part];
    const ready = healthy && at !== null && at >= Date.parse(startedAt);
    return { ready, detail: ready ? 'beats' : 'no heartbeat' };
  }

  /** As `part`; at a start it waits until `dag` can be triggered as well. */
  async dagProcessor(run: ProbedRun, dag: string): Promise<Probe> {
    const beats = await this.part('dagProcessor', run);
    if (!beats.ready || run.healthyAt !== null) return beats;
    return this.#asUser(beats, (client) => client.get(['dags', dag], dagAnswer));
  }

  async #asUser(answer: Probe, ask: (client: AirflowClient) => Promise<unknown>): Promise<Probe> {
    try {
      await ask(new AirflowClient({ target: this.#target, progress: silent, signal: this.#signal }));
      return answer;
    } catch (error) {
      return { ready: false, detail: (error as Error).message };
    }
  }

  #read(): Promise<AirflowPulse> {
    const now = performance.now();
    if (this.#asked === null || now - this.#asked.at > freshMs)
      this.#asked = { at: now, answer: probeAirflow(this.#target.url) };
    return this.#asked.answer;
  }
}
