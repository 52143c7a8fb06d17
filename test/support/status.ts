/** What a client of one request is told: the status, or the code with which the connection failed. */
export async function statusOf(url: string): Promise<number | string> {
  try {
    const response = await fetch(url, { headers: { connection: 'close' } })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    return ((error as Error).cause as { code?: string })?.code ?? String(error)
  }
}
