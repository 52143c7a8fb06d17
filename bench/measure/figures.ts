/** What was measured: a number for each figure, subject and round. */
import { ratioOf, type Spread, spreadOf } from './statistics.ts'

export class Figures {
  readonly #values = new Map<string, (number | undefined)[]>()

  /** `figure` names its unit: `cpuUs get/0`. Undefined: it was tried and gave nothing. */
  set(figure: string, subject: string, round: number, value: number | undefined): void {
    const key = `${figure} of ${subject}`
    const rounds = this.#values.get(key) ?? []
    rounds[round] = value
    this.#values.set(key, rounds)
  }

  rounds(figure: string, subject: string): readonly (number | undefined)[] {
    return this.#values.get(`${figure} of ${subject}`) ?? []
  }

  spread(figure: string, subject: string): Spread | undefined {
    return spreadOf(this.rounds(figure, subject))
  }

  /** Of each round, against the yardstick in the same round. */
  ratio(figure: string, subject: string, yardstick: string): Spread | undefined {
    return ratioOf(this.rounds(figure, subject), this.rounds(figure, yardstick))
  }
}
