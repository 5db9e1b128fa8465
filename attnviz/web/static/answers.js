// Gradio's page (6.31) opens a stream of answers when it asks something and none is open; its server ends it as soon as no
// answer is due. If a question is on its way just then, the page takes the stream for open, and never reads that answer; and
// answers that overtake the reply to their question are shown out of turn. So what Gradio reads here waits while a question
// is on its way, and goes on in a new stream for as long as an answer is due.

const send = window.fetch.bind(window);
const onTheirWay = new Set(); // promises of questions that the server has not taken yet
const due = new Set(); // ids of questions that it has taken and not answered

window.fetch = (address, options) => {
  const { pathname } = new URL(address.url ?? address, location.href);
  if (pathname.endsWith("/queue/join")) return ask(send(address, options));
  if (pathname.endsWith("/queue/data")) return listen(() => send(address, options));
  return send(address, options);
};

function ask(sent) {
  const taken = sent.then((reply) => reply.clone().json()).then(({ event_id: id }) => id && due.add(id))
    .catch(() => {}).finally(() => onTheirWay.delete(taken));
  onTheirWay.add(taken);
  return sent;
}

async function allTaken() {
  while (onTheirWay.size) await Promise.all(onTheirWay);
}

async function listen(open) {
  const first = await open();
  if (!first.ok) return first;
  const body = new ReadableStream({
    async start(gradio) {
      let answers = first, lost = false; // the server may not know any longer what was asked
      try {
        do {
          for await (const message of messages(answers.body)) {
            await allTaken();
            const kind = note(message);
            lost ||= kind === "unexpected_error";
            if (kind !== "close_stream") gradio.enqueue(encode(message));
          }
          await allTaken();
        } while (!lost && due.size && (answers = await open()).ok);
        gradio.enqueue(encode('data: {"msg":"close_stream"}'));
        gradio.close();
      } catch (error) {
        lost = true;
        gradio.error(error);
      }
      if (lost) due.clear();
    },
  });
  return new Response(body, first);
}

const encode = (message) => new TextEncoder().encode(`${message}\n\n`);

async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const parts = (rest + read.value).split("\n\n");
    rest = parts.pop();
    yield* parts;
  }
}

// Returns what kind of message it is, and notes what is not due any longer.
function note(message) {
  if (!message.startsWith("data:")) return "";
  const { msg, event_id: id } = JSON.parse(message.slice("data:".length));
  if (msg === "process_completed") due.delete(id);
  return msg;
}
