package discordtest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// opens makes a second connection and does something on it.
func (w world) opens(t *testing.T, address string) *bot {
	t.Helper()
	b := dial(t, w.Server, address)
	synctest.Wait()
	return b
}

// resume is the data of op 6 for what the world's bot had.
func (w world) resume(change object) object {
	w.bot.mu.Lock()
	defer w.bot.mu.Unlock()
	out := object{"token": w.Token(), "session_id": w.bot.session, "seq": w.bot.seq}
	for k, v := range change {
		out[k] = v
	}
	return out
}

// TestGatewayCloses is what ends a connection, and with which code.
func TestGatewayCloses(t *testing.T) {
	for _, test := range []struct {
		name string
		o    discordtest.Options
		do   func(w world, b *bot)
		code int // 0: it stays open
	}{
		{"nothing yet", discordtest.Options{}, func(world, *bot) {}, 0},
		{"right", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, nil)) }, 0},
		{"an unknown operation", discordtest.Options{}, func(_ world, b *bot) { b.write(42, nil) }, 4001},
		{"no JSON", discordtest.Options{}, func(_ world, b *bot) { _ = b.ws.WriteMessage(1, []byte("hello")) }, 4002},
		{"4,096 bytes", discordtest.Options{}, func(w world, b *bot) { b.pad(identity(w.Server, nil), 4096) }, 0},
		{"4,097 bytes", discordtest.Options{}, func(w world, b *bot) { b.pad(identity(w.Server, nil), 4097) }, 4002},
		{"a presence before IDENTIFY", discordtest.Options{}, func(_ world, b *bot) { b.write(3, object{}) }, 4003},
		{"a heartbeat before IDENTIFY", discordtest.Options{}, func(_ world, b *bot) { b.write(1, nil) }, 0},
		{"a wrong token", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, object{"token": "x"})) }, 4004},
		{"a token with its kind", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, object{"token": "Bot " + w.Token()})) }, 0},
		{"IDENTIFY twice", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, nil)); b.write(2, identity(w.Server, nil)) }, 4005},
		{"121 frames a minute", discordtest.Options{}, func(_ world, b *bot) {
			for range 121 {
				b.write(1, nil)
				synctest.Wait()
			}
		}, 4008},
		{"120 frames a minute", discordtest.Options{}, func(_ world, b *bot) {
			for range 120 {
				b.write(1, nil)
			}
			time.Sleep(60 * time.Second)
			b.write(1, nil)
		}, 0},
		{"no heartbeat", discordtest.Options{}, func(w world, b *bot) {
			b.write(2, identity(w.Server, nil))
			time.Sleep(41250*3/2*time.Millisecond + time.Second)
		}, 4009},
		{"a shard that isn't", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, object{"shard": []int{2, 2}})) }, 4010},
		{"intents that aren't", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, object{"intents": 1 << 30})) }, 4013},
		{"a privileged intent", discordtest.Options{}, func(w world, b *bot) { b.write(2, identity(w.Server, object{"intents": 1 << 15})) }, 4014},
		{"one that the application has", discordtest.Options{Privileged: 1 << 15}, func(w world, b *bot) { b.write(2, identity(w.Server, object{"intents": 1 << 15})) }, 0},
		{"more identifies than a day has", discordtest.Options{Identifies: 1}, func(w world, b *bot) { b.write(2, identity(w.Server, nil)) }, 4004},
		{"RESUME with a wrong token", discordtest.Options{}, func(w world, b *bot) { b.write(6, w.resume(object{"token": "x"})) }, 4004},
		{"RESUME beyond what was sent", discordtest.Options{}, func(w world, b *bot) { b.write(6, w.resume(object{"seq": 99})) }, 4007},
		{"told to", discordtest.Options{}, func(w world, _ *bot) { w.CloseWith(4000) }, 4000},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				time.Sleep(5 * time.Second) // after the first IDENTIFY
				b := w.opens(t, "")
				test.do(w, b)
				synctest.Wait()
				b.mu.Lock()
				defer b.mu.Unlock()
				if b.code != test.code {
					t.Errorf("closed with %d, want %d", b.code, test.code)
				}
			})
		})
	}
	t.Run("sharding required", func(t *testing.T) {
		within(t, discordtest.Options{}, func(t *testing.T, w world) {
			for range 2500 {
				w.Guild("g")
			}
			time.Sleep(5 * time.Second)
			b := w.opens(t, "")
			b.write(2, identity(w.Server, nil))
			synctest.Wait()
			if b.code != 4011 {
				t.Errorf("closed with %d", b.code)
			}
		})
	})
}

// pad sends IDENTIFY as so many bytes.
func (b *bot) pad(d object, size int) {
	b.t.Helper()
	data := []byte(plain(object{"op": 2, "d": d}))
	if err := b.ws.WriteMessage(1, append(data, strings.Repeat(" ", size-len(data))...)); err != nil {
		b.t.Error(err)
	}
}

// TestReady is the beginning of a session.
func TestReady(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		if got := w.bot.ops; !slices.Equal(got, []int{10, 0, 0}) {
			t.Errorf("frames: %v", got)
		}
		if got := w.bot.names(); got != "READY GUILD_CREATE" {
			t.Errorf("events: %s", got)
		}
		ready := w.bot.data[0]
		says := plain(ready)
		for _, want := range []string{
			`"v":10`, `"guilds":[{"id":"` + w.server.ID + `","unavailable":true}]`, `"shard":[0,1]`, `"flags_new"`, `"resume_gateway_url":"ws://discord.test/resume/`, `"username":"studyhall"`,
		} {
			if !strings.Contains(says, want) {
				t.Errorf("READY without %s: %s", want, says)
			}
		}
		if n := w.Counts(); n.Identifies != 1 || n.Sessions != 1 || n.Sockets != 1 {
			t.Errorf("%+v", n)
		}
	})
}

// TestHeartbeats is about both directions.
func TestHeartbeats(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.bot.write(1, 2)
		synctest.Wait()
		w.AskHeartbeat()
		synctest.Wait()
		if got := w.bot.ops[3:]; !slices.Equal(got, []int{11, 1}) {
			t.Errorf("frames: %v", got)
		}
		if n := w.Counts().Heartbeats; n != 1 {
			t.Errorf("%d heartbeats", n)
		}
	})
}

// TestIdentifyPaced is about max_concurrency.
func TestIdentifyPaced(t *testing.T) {
	for _, test := range []struct {
		name        string
		concurrency int
		wait        time.Duration
		want        string // of the second shard
	}{
		{"at once", 1, 0, ""},
		{"after 5 s", 1, 5 * time.Second, "READY"},
		{"in another place of the queue", 2, 0, "READY"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{Concurrency: test.concurrency}, func(t *testing.T, w world) {
				time.Sleep(test.wait)
				b := w.opens(t, "")
				b.write(2, identity(w.Server, object{"shard": []int{1, 2}}))
				synctest.Wait()
				if got := b.names("GUILD_CREATE"); got != test.want {
					t.Errorf("events: %q", got)
				}
				if refused := slices.Contains(b.ops, 9); refused == (test.want != "") {
					t.Errorf("op 9: %v", refused)
				}
			})
		})
	}
}

// TestResume is what a client gets back.
func TestResume(t *testing.T) {
	for _, test := range []struct {
		name   string
		lose   func(w world) // the connection
		wait   time.Duration
		change object
		fault  discordtest.GatewayFault
		want   string // events
		op     int    // the last one
	}{
		{"the line was cut", func(w world) { w.Drop() }, time.Second, nil, discordtest.GatewayFault{}, "MESSAGE_CREATE CHANNEL_CREATE RESUMED", 0},
		{"half open", func(w world) { w.HalfOpen() }, time.Second, nil, discordtest.GatewayFault{}, "MESSAGE_CREATE CHANNEL_CREATE RESUMED", 0},
		{"asked to reconnect", func(w world) { w.Reconnect(); time.Sleep(3 * time.Second) }, time.Second, nil, discordtest.GatewayFault{}, "MESSAGE_CREATE CHANNEL_CREATE RESUMED", 0},
		{"closed with 4000", func(w world) { w.CloseWith(4000) }, time.Second, nil, discordtest.GatewayFault{}, "MESSAGE_CREATE CHANNEL_CREATE RESUMED", 0},
		{"told that the session can be resumed", func(w world) { w.Invalidate(true) }, time.Second, nil, discordtest.GatewayFault{}, "MESSAGE_CREATE CHANNEL_CREATE RESUMED", 0},
		{"told that it can't", func(w world) { w.Invalidate(false) }, time.Second, nil, discordtest.GatewayFault{}, "", 9},
		{"in the wrong order", func(w world) { w.Drop() }, time.Second, nil, discordtest.ReorderReplay(), "CHANNEL_CREATE MESSAGE_CREATE RESUMED", 0},
		{"after 2 minutes", func(w world) { w.Drop() }, 2*time.Minute + time.Second, nil, discordtest.GatewayFault{}, "", 9},
		{"closed with 1000 by the client", func(w world) { w.bot.bye(1000) }, time.Second, nil, discordtest.GatewayFault{}, "", 9},
		{"closed with 1001 by the client", func(w world) { w.bot.bye(1001) }, time.Second, nil, discordtest.GatewayFault{}, "", 9},
		{"closed with 4900 by the client", func(w world) { w.bot.bye(4900) }, time.Second, nil, discordtest.GatewayFault{}, "MESSAGE_CREATE CHANNEL_CREATE RESUMED", 0},
		{"an unknown session", func(w world) { w.Drop() }, time.Second, object{"session_id": "x"}, discordtest.GatewayFault{}, "", 9},
		{"refused", func(w world) { w.Drop() }, time.Second, nil, discordtest.RefuseSessionForGood(), "", 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				test.lose(w)
				synctest.Wait()
				w.check(t, call{"POST", post, hello, 200, 0, ""})
				w.server.Channel("other")
				time.Sleep(test.wait)
				w.Gateway(1, test.fault)
				b := w.opens(t, w.bot.resume)
				b.write(6, w.resume(test.change))
				synctest.Wait()
				if got := b.names(); got != test.want {
					t.Errorf("events: %q, want %q", got, test.want)
				}
				if b.ops[len(b.ops)-1] != test.op {
					t.Errorf("frames: %v", b.ops)
				}
				if n := w.Counts(); n.Resumes != 1 || n.ResumesOnBase != 0 {
					t.Errorf("%d resumes, %d on the ordinary address", n.Resumes, n.ResumesOnBase)
				}
			})
		})
	}
}

// bye closes the connection as a client does.
func (b *bot) bye(code int) {
	b.t.Helper()
	if err := b.ws.WriteControl(8, []byte{byte(code >> 8), byte(code)}, time.Now().Add(time.Second)); err != nil {
		b.t.Error(err)
	}
	_ = b.ws.Close()
}

// TestResumeOnTheOrdinaryAddress works, and is noticed.
func TestResumeOnTheOrdinaryAddress(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.Drop()
		b := w.opens(t, "")
		b.write(6, w.resume(nil))
		synctest.Wait()
		if got := b.names(); got != "RESUMED" || w.Counts().ResumesOnBase != 1 || len(w.Notices()) != 1 {
			t.Errorf("%s; %v", got, w.Notices())
		}
	})
}

// TestGatewayFaults is what a connection may get in place of READY.
func TestGatewayFaults(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault discordtest.GatewayFault
		ops   []int
		code  int
	}{
		{"no HELLO", discordtest.NoHello(), nil, 0},
		{"no READY", discordtest.NoReady(), []int{10, 11}, 0},
		{"no ACK", discordtest.NoAck(), []int{10, 0, 0}, 0},
		{"op 7 before HELLO", discordtest.ReconnectBeforeHello(), []int{7}, 0},
		{"op 7 before READY", discordtest.ReconnectBeforeReady(), []int{10, 7, 11}, 0},
		{"op 9 true", discordtest.RefuseSession(), []int{10, 9, 11}, 0},
		{"op 9 false", discordtest.RefuseSessionForGood(), []int{10, 9, 11}, 0},
		{"4004", discordtest.Refuse(4004), []int{10}, 4004},
		{"4014", discordtest.Refuse(4014), []int{10}, 4014},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				time.Sleep(5 * time.Second)
				w.Gateway(1, test.fault)
				b := w.opens(t, "")
				if test.name != "no HELLO" && test.name != "op 7 before HELLO" {
					b.write(2, identity(w.Server, nil))
					synctest.Wait()
					if test.code == 0 {
						b.write(1, nil)
					}
				}
				synctest.Wait()
				if !slices.Equal(b.ops, test.ops) || b.code != test.code {
					t.Errorf("frames %v and code %d, want %v and %d", b.ops, b.code, test.ops, test.code)
				}
				time.Sleep(5 * time.Second)
				next := w.opens(t, "") // only one connection was to fail
				next.write(2, identity(w.Server, nil))
				synctest.Wait()
				if next.names("GUILD_CREATE") != "READY" {
					t.Errorf("next: %v", next.ops)
				}
			})
		})
	}
}

// TestEvents is what the world tells, and to whom.
func TestEvents(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(t *testing.T, w world)
		want string // names
		says string // in the last one's data
	}{
		{"a new channel", func(_ *testing.T, w world) { w.server.Channel("other") }, "CHANNEL_CREATE", `"name":"other"`},
		{"its new name", func(_ *testing.T, w world) { w.study.Rename("exam") }, "CHANNEL_UPDATE", `"name":"exam"`},
		{"its end", func(_ *testing.T, w world) { w.study.Delete() }, "CHANNEL_DELETE", `"name":"cbet-study"`},
		{"rights", func(_ *testing.T, w world) { w.study.Deny(discordtest.SendMessages) }, "CHANNEL_UPDATE", `"deny":"2048"`},
		{"thrown out", func(_ *testing.T, w world) { w.server.Remove() }, "GUILD_DELETE", `{"id":"`},
		{"an outage", func(_ *testing.T, w world) { w.server.Outage(true) }, "GUILD_DELETE", `"unavailable":true`},
		{"its end, too", func(_ *testing.T, w world) { w.server.Outage(true); w.server.Outage(false) }, "GUILD_DELETE GUILD_CREATE", `"name":"Biomed"`},
		{"an invitation", func(_ *testing.T, w world) { w.Guild("Second") }, "GUILD_CREATE", `"name":"Second"`},
		{"one's own message", func(t *testing.T, w world) { w.check(t, call{"POST", post, hello, 200, 0, ""}) }, "MESSAGE_CREATE", `"content":"hello"`},
		{"a stranger's message has no words", func(t *testing.T, w world) { w.writes(t, w.study, "psst") }, "MESSAGE_CREATE", `"content":""`},
		{"unless it mentions the bot", func(t *testing.T, w world) { w.writes(t, w.study, "<@{bot}> hi") }, "MESSAGE_CREATE", `hi"`},
		{"or is for it alone", func(t *testing.T, w world) { w.writes(t, w.ann.Direct(), "psst") }, "MESSAGE_CREATE", `"content":"psst"`},
		{"a deletion", func(t *testing.T, w world) { w.study.Remove(w.writes(t, w.study, "a").ID) }, "MESSAGE_CREATE MESSAGE_DELETE", `"channel_id"`},
		{"a thread", func(t *testing.T, w world) {
			w.check(t, call{"POST", post, hello, 200, 0, ""})
			w.check(t, call{"POST", threads, `{"name":"n"}`, 201, 0, ""})
			w.study.Threads()[0].Archive(true)
			w.study.Threads()[0].Delete()
		}, "MESSAGE_CREATE THREAD_CREATE THREAD_UPDATE THREAD_DELETE", `"parent_id"`},
		{"anything", func(_ *testing.T, w world) { w.SendEvent("ENTITLEMENT_CREATE", object{"sku_id": "1"}) }, "ENTITLEMENT_CREATE", `"sku_id":"1"`},
		{"something unknown", func(_ *testing.T, w world) { w.SendUnknown() }, "SOMETHING_NEW", `"a":[1,"b"]`},
		{"strange fields and components", func(t *testing.T, w world) {
			w.Strange(true)
			w.check(t, call{"POST", post, hello, 200, 0, ""})
		}, "MESSAGE_CREATE", `"type":99`},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				test.do(t, w)
				synctest.Wait()
				if got := w.bot.names("READY"); got != "GUILD_CREATE "+test.want {
					t.Errorf("events: %s", got)
				}
				if got := plain(w.bot.last()); !strings.Contains(got, test.says) {
					t.Errorf("%s: %s", got, test.says)
				}
			})
		})
	}
}

// writes lets ann write.
func (w world) writes(t *testing.T, c *discordtest.Channel, words string) discordtest.Message {
	t.Helper()
	m, err := w.ann.Write(c, w.places(words))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestIntents is which events come for which intents. Interactions need none.
func TestIntents(t *testing.T) {
	for _, test := range []struct {
		name    string
		intents int
		want    string
	}{
		{"none", 0, "READY INTERACTION_CREATE"},
		{"guilds", 1, "READY GUILD_CREATE CHANNEL_UPDATE INTERACTION_CREATE"},
		{"messages", 1 << 9, "READY MESSAGE_CREATE INTERACTION_CREATE"},
		{"direct messages", 1 << 12, "READY MESSAGE_CREATE INTERACTION_CREATE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				time.Sleep(5 * time.Second)
				b := w.opens(t, "")
				b.write(2, identity(w.Server, object{"intents": test.intents}))
				synctest.Wait()
				w.study.Rename("exam")
				w.writes(t, w.study, "a")
				w.writes(t, w.ann.Direct(), "b")
				w.ask(t, "command")
				synctest.Wait()
				if got := b.names(); got != test.want {
					t.Errorf("events: %s", got)
				}
			})
		})
	}
}

// TestShards is which of two gets what.
func TestShards(t *testing.T) {
	within(t, discordtest.Options{Shards: 2, Concurrency: 2}, func(t *testing.T, w world) {
		time.Sleep(5 * time.Second)
		w.Drop()
		w.Invalidate(false)
		var shards [2]*bot
		for n := range 2 {
			shards[n] = w.opens(t, "")
			shards[n].write(2, identity(w.Server, object{"shard": []int{n, 2}}))
		}
		synctest.Wait()
		count := func() (n [2]int) {
			for i, b := range shards {
				n[i] = strings.Count(b.names(), "GUILD_CREATE")
			}
			return n
		}
		for range 20 {
			time.Sleep(time.Millisecond)
			w.Guild("g")
		}
		synctest.Wait()
		if got := count(); got[0]+got[1] != 21 || got[0] < 5 || got[1] < 5 {
			t.Errorf("servers: %v", got)
		}
		w.writes(t, w.ann.Direct(), "a")
		synctest.Wait()
		if strings.Contains(shards[1].names(), "MESSAGE_CREATE") || !strings.Contains(shards[0].names(), "MESSAGE_CREATE") {
			t.Error("a direct message came to the wrong shard")
		}
	})
}

// TestPacked is about frames that are packed.
func TestPacked(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		time.Sleep(5 * time.Second)
		b := w.opens(t, "")
		b.write(2, identity(w.Server, object{"compress": true}))
		synctest.Wait()
		if b.names() != "READY GUILD_CREATE" || b.packed == 0 || b.packed == len(b.ops) {
			t.Errorf("%d of %d packed: %s", b.packed, len(b.ops), b.names())
		}
	})
}

// TestInteractionsTwice is about what comes more than once.
func TestInteractionsTwice(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.Duplicate(1)
		w.ask(t, "command").Again()
		synctest.Wait()
		if got := w.bot.names("READY", "GUILD_CREATE"); got != "INTERACTION_CREATE INTERACTION_CREATE INTERACTION_CREATE" {
			t.Errorf("events: %s", got)
		}
		n := len(w.bot.data)
		if plain(w.bot.data[n-1]) != plain(w.bot.data[n-3]) {
			t.Error("they differ")
		}
	})
}
