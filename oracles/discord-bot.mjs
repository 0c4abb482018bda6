// A small bot with discord.js, which shows that adapters/discord/discordtest is a
// Discord to somebody else's client, too. TestForeignClients starts it.
//
//   DISCORD_API=http://127.0.0.1:1234/api DISCORD_TOKEN=… node discord-bot.mjs

import { Client, GatewayIntentBits, MessageFlags } from 'discord.js';

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
  rest: { api: process.env.DISCORD_API },
});

const commands = [
  { name: 'echo', description: 'Say it again', options: [
    { type: 3, name: 'words', description: 'What', required: true, max_length: 100 },
    { type: 4, name: 'times', description: 'How often', min_value: 1, max_value: 3 },
    { type: 6, name: 'who', description: 'To whom' },
  ] },
  { name: 'topic', description: 'Choose a topic', options: [{ type: 3, name: 'name', description: 'Which', autocomplete: true }] },
  { name: 'ask', description: 'A question with a button' },
  { name: 'slow', description: 'Takes its time' },
  { name: 'flood', description: 'Posts a lot', options: [{ type: 4, name: 'count', description: 'How many', required: true }] },
];

const row = { type: 1, components: [
  { type: 2, style: 2, label: 'Why?', custom_id: 'why' },
  { type: 2, style: 1, label: 'Next', custom_id: 'next' },
] };

const modal = { custom_id: 'reason', title: 'Your reason', components: [
  { type: 18, label: 'Reason', component: { type: 4, custom_id: 'text', style: 2, max_length: 200 } },
] };

async function command(i) {
  switch (i.commandName) {
    case 'echo': {
      const who = i.options.getUser('who');
      const words = Array(i.options.getInteger('times') ?? 1).fill(i.options.getString('words')).join(' ');
      await i.reply({ content: words + (who ? ` <@${who.id}>` : ''), flags: MessageFlags.Ephemeral, allowedMentions: { parse: [] } });
      break;
    }
    case 'ask':
      await i.reply({ content: 'Ohm or volt?', components: [row] });
      break;
    case 'slow':
      await i.deferReply({ flags: MessageFlags.Ephemeral });
      await i.editReply('Done at last.');
      await i.followUp({ content: 'And one more.', flags: MessageFlags.Ephemeral });
      break;
    case 'flood': {
      await i.deferReply();
      const posts = Array.from({ length: i.options.getInteger('count') }, (_, n) => i.channel.send({ content: `post ${n + 1}`, nonce: `n${n}`, enforceNonce: true }));
      const made = await Promise.all(posts);
      await made[0].edit({ content: 'post 1, edited' });
      await i.editReply(`${made.length} posts`);
    }
  }
}

client.on('interactionCreate', async (i) => {
  try {
    if (i.isChatInputCommand()) await command(i);
    else if (i.isAutocomplete()) await i.respond([{ name: `${i.options.getFocused()}…`, value: i.options.getFocused() }]);
    else if (i.isButton() && i.customId === 'why') await i.showModal(modal);
    else if (i.isButton()) await i.update({ content: 'Ampere or farad?', components: [row] });
    else if (i.isModalSubmit()) await i.reply({ content: `You said: ${i.fields.getTextInputValue('text')}`, flags: MessageFlags.Ephemeral });
  } catch (error) {
    console.error(error);
  }
});

client.on('shardError', (error) => console.error('shard:', error.message));
client.once('clientReady', async () => {
  await client.application.commands.set(commands);
  console.log('ready');
});

process.on('SIGTERM', async () => {
  await client.destroy();
  process.exit(0);
});

await client.login(process.env.DISCORD_TOKEN);
