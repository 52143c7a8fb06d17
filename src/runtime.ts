/** Whether this Node can run podspan: said in words, before something that it lacks is met by accident. Pure. */

/** Undefined when it can. `engines`: `>=22.18`, as package.json has it; `version`: `20.20.2`. */
export function runtimeProblem(engines: string, version: string): string | undefined {
  const [major = 0, minor = 0] = numbersOf(engines)
  const [ownMajor = 0, ownMinor = 0] = numbersOf(version)
  const isEnough = ownMajor > major || (ownMajor === major && ownMinor >= minor)
  return isEnough ? undefined : `podspan needs Node ${major}.${minor} or later, and this is ${version}`
}

function numbersOf(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number)
}
