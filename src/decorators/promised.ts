/** Hooks may return a promise or not, and what need not wait must not: these keep the synchronous way synchronous. */

export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** `next` at once when there is nothing to wait for, else once it has been waited for. */
export function after<T>(waited: void | PromiseLike<void>, next: () => T | Promise<T>): T | Promise<T> {
  return isThenable(waited) ? Promise.resolve(waited).then(next) : next()
}
