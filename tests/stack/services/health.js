// The containers' health check: exit code 0 when this container's service says that it is well.

const port = process.env.PORT ?? 3000
try {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(4000) })
  console.log(`${answer.status} ${(await answer.text()).trim()}`)
  process.exitCode = answer.ok ? 0 : 1
} catch (error) {
  console.log(`no answer: ${error.cause?.message ?? error.message}`)
  process.exitCode = 1
}
