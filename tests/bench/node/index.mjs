// A webhook as one writes it in Node: LINE's bot SDK verifies it, AWS's SDK tells SQS. Lambda's own runtime for Node is not ours to run
// here, so this asks the Runtime API by itself, over one connection that is kept; nothing else is left out or added.
import http from 'node:http'
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs'
import { validateSignature } from '@line/bot-sdk'

const { AWS_LAMBDA_RUNTIME_API, AWS_ENDPOINT_URL_SQS, FLOOR_CHANNEL_SECRET, MUSUBI_INBOX_QUEUE_URL } = process.env
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const sqs = new SQSClient({ endpoint: AWS_ENDPOINT_URL_SQS })

function ask(method, path, body = '') {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(body) }
    const request = http.request({ agent, host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, headers }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function handle({ body, headers }) {
  if (!validateSignature(body, FLOOR_CHANNEL_SECRET, headers['x-line-signature'])) return { statusCode: 401 }
  await sqs.send(new SendMessageCommand({ QueueUrl: MUSUBI_INBOX_QUEUE_URL, MessageBody: body, MessageGroupId: '1' }))
  return { statusCode: 200 }
}

for (;;) {
  const next = await ask('GET', 'next')
  const answer = await handle(JSON.parse(next.body))
  await ask('POST', `${next.headers['lambda-runtime-aws-request-id']}/response`, JSON.stringify(answer))
}
