// A small bot with Slack's own clients, which shows that adapters/slack/slacktest is
// a Slack to them, too. TestForeignClients starts it, in one of three ways:
//
//   node slack-bot.mjs socket   @slack/bolt over @slack/socket-mode
//   node slack-bot.mjs http     @slack/bolt over HTTP
//   node slack-bot.mjs client   @slack/socket-mode and @slack/web-api alone
//
// SLACK_API, SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_SIGNING_SECRET say where.

import bolt from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import { WebClient } from '@slack/web-api';

const { SLACK_API: slackApiUrl, SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = process.env;
const clientOptions = { slackApiUrl };

const text = (words) => ({ type: 'plain_text', text: words });
const card = (question) => [
  { type: 'section', text: { type: 'mrkdwn', text: question } },
  { type: 'actions', block_id: 'answers', elements: [
    { type: 'button', action_id: 'why', text: text('Why?'), value: 'v1' },
    { type: 'button', action_id: 'next', text: text('Next') },
    { type: 'external_select', action_id: 'topic', placeholder: text('Topic'), min_query_length: 1 },
  ] },
];
const form = {
  type: 'modal', callback_id: 'reason', title: text('Your reason'), submit: text('Send'), blocks: [
    { type: 'input', block_id: 'why', label: text('Reason'), element: { type: 'plain_text_input', action_id: 'words', multiline: true } },
  ],
};
const home = (name) => ({ type: 'home', blocks: [{ type: 'header', text: text(`The page of ${name}`) }] });

// words are the verbs of /studyhall, each with what it does. What takes time comes
// after the acknowledgement, however busy the machine is.
const words = {
  async help({ ack }) {
    await ack({ text: 'ask, find, people, upload', response_type: 'in_channel' });
  },
  async ask({ client, body, ack }) {
    await ack();
    await client.chat.postMessage({
      channel: body.channel_id, text: 'Ohm or volt?', blocks: card('Ohm or volt?'),
      metadata: { event_type: 'question', event_payload: { key: 'k1' } },
    });
  },
  async find({ client, body, ack, respond }) {
    await ack();
    const found = [];
    for await (const page of client.paginate('conversations.history', { channel: body.channel_id, limit: 1, include_all_metadata: true })) {
      for (const m of page.messages) if (m.metadata?.event_payload?.key) found.push(m.metadata.event_payload.key);
    }
    await respond({ text: `found ${found.join(',')}`, response_type: 'in_channel' });
  },
  async people({ client, body, ack }) {
    await ack();
    const { members } = await client.conversations.members({ channel: body.channel_id });
    const { user } = await client.users.info({ user: body.user_id });
    await client.chat.postEphemeral({ channel: body.channel_id, user: body.user_id, text: `${members.length} members, you in ${user.tz}` });
  },
  async upload({ client, body, ack }) {
    await ack();
    await client.filesUploadV2({ channel_id: body.channel_id, filename: 'export.csv', file: Buffer.from('a,b\n1,2\n'), initial_comment: 'Your export' });
  },
  async flood({ client, body, ack, respond }) {
    await ack();
    const posts = Array.from({ length: 6 }, (_, n) => client.chat.postMessage({ channel: body.channel_id, text: `post ${n + 1}` }));
    await Promise.all(posts);
    await respond({ text: 'flooded', response_type: 'ephemeral' });
  },
  async wrong({ client, body, ack, respond }) {
    await ack();
    try {
      await client.chat.postMessage({ channel: body.channel_id, text: 'x', blocks: [{ type: 'header', text: text('h'.repeat(151)) }] });
    } catch (error) {
      await respond(`${error.data.error}: ${error.data.response_metadata.messages.join()}`);
    }
  },
};

function listen(app) {
  app.command('/studyhall', async (args) => words[args.command.text](args));
  app.message('hello', async ({ message, say }) => say({ text: `hello <@${message.user}>`, thread_ts: message.ts }));
  app.event('app_mention', async ({ event, client }) => {
    await client.chat.postMessage({ channel: event.channel, text: 'You called?', thread_ts: event.ts });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: home(event.user) });
  });
  app.action('why', async ({ body, ack, client }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: { ...form, private_metadata: body.message.ts } });
  });
  app.action('next', async ({ ack, respond }) => {
    await ack();
    await respond({ text: 'Ampere or farad?', blocks: card('Ampere or farad?'), replace_original: true });
  });
  app.options('topic', async ({ options, ack }) => {
    await ack({ options: [{ text: text(`${options.value}…`), value: options.value }] });
  });
  app.action('topic', async ({ action, ack, respond }) => {
    await ack();
    await respond(`You chose ${action.selected_option.value}`);
  });
  app.view('reason', async ({ ack, body, view, client }) => {
    const said = view.state.values.why.words.value;
    if (said.length < 5) {
      await ack({ response_action: 'errors', errors: { why: 'Say a little more.' } });
      return;
    }
    await ack();
    await client.chat.postMessage({ channel: body.user.id, text: `You said: ${said}` });
  });
  app.shortcut('suggest', async ({ shortcut, ack, respond }) => {
    await ack();
    await respond(`Thanks for ${shortcut.message.ts}`);
  });
  app.error(async (error) => console.error(error));
}

// alone is the same without bolt, as far as commands and questions go.
async function alone() {
  const web = new WebClient(token, clientOptions);
  const socket = new SocketModeClient({ appToken, clientOptions, clientPingTimeout: 1000 });
  socket.on('slash_commands', async ({ ack, body }) => {
    try {
      const respond = (message) => fetch(body.response_url, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(typeof message === 'string' ? { text: message } : message),
      });
      await words[body.text]({ client: web, body, ack, respond });
    } catch (error) {
      console.error(error);
    }
  });
  socket.on('message', async ({ ack, event }) => {
    await ack();
    if (event.text === 'hello') await web.chat.postMessage({ channel: event.channel, text: `hello <@${event.user}>`, thread_ts: event.ts });
  });
  await socket.start();
  return { stop: () => socket.disconnect() };
}

async function start(how) {
  if (how === 'client') return alone();
  const app = how === 'socket'
    ? new bolt.App({ token, appToken, socketMode: true, clientOptions })
    : new bolt.App({ token, clientOptions, receiver: new bolt.HTTPReceiver({ signingSecret, unhandledRequestTimeoutMillis: 60_000 }) });
  listen(app);
  const server = await app.start(0);
  if (how === 'http') console.log(`listening ${server.address().port}`);
  return app;
}

const running = await start(process.argv[2]);
process.on('SIGTERM', async () => {
  await running.stop();
  process.exit(0);
});
console.log('ready');
