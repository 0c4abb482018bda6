package quizzes_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"time"
)

// textbookSecurityPlusMore goes on with [textbook]: keys of CompTIA Security+'s third
// and fourth file that are numbers, mostly by counting or trying out what happens.
func textbookSecurityPlusMore() map[string]func(v drawnValues) float64 {
	return map[string]func(v drawnValues) float64{
		"security-plus-c-joining-keys": func(v drawnValues) float64 {
			return pairsWhere(v["n"]+v["k"], func(_, second int) bool { return second >= int(v["n"]) })
		},
		"security-plus-c-shared-secret": func(v drawnValues) float64 { return powerMod(v["g"], v["a"]*v["b"], v["p"]) },
		"security-plus-c-toy-rsa":       func(v drawnValues) float64 { return powerMod(v["m"], v["e"], v["p"]*v["r"]) },
		"security-plus-c-base64-length": func(v drawnValues) float64 {
			return float64(len(base64.StdEncoding.EncodeToString(make([]byte, int(v["n"])))))
		},
		"security-plus-c-sealed-chunks": func(v drawnValues) (added float64) {
			for left := v["f"]; left > 0; left -= v["c"] {
				added += 12 + 16
			}
			return added
		},
		"security-plus-c-spray-guesses": func(v drawnValues) (guesses float64) {
			for minute := 0.0; minute < v["h"]*60; minute += v["w"] {
				guesses += v["n"] * (v["t"] - 1)
			}
			return guesses
		},
		"security-plus-c-salted-list":       func(v drawnValues) float64 { return v["w"] + v["w"]*v["b"] },
		"security-plus-c-iteration-cost":    func(v drawnValues) float64 { return v["w"] * 1e6 / (v["r"] * 1e6 / (v["c"] * 1e3)) / 60 / 60 },
		"security-plus-c-lookalike-domains": lookalikes,
		"security-plus-c-wrapped-length":    func(v drawnValues) float64 { return float64(uint16(v["a"]) + uint16(v["b"])) },
		"security-plus-c-flooded-line":      func(v drawnValues) float64 { return 100 / (v["f"]/v["l"] + v["g"]/v["l"]) },
		"security-plus-c-phishing-funnel": func(v drawnValues) float64 {
			delivered := v["n"] - v["n"]*v["b"]/100
			tricked := delivered * v["c"] / 100
			return tricked - tricked*v["m"]/100
		},
		"security-plus-c-pattern-passwords": func(v drawnValues) float64 {
			n := v["z"]
			for range int(v["l"]) + 1 {
				n *= 26
			}
			for range int(v["d"]) {
				n *= 10
			}
			return n / 1e6
		},
		"security-plus-c-forged-replies": func(v drawnValues) float64 { return math.Ldexp(v["n"], -16) / v["p"] / 0.01 },
		"security-plus-c-erasure-usable": func(v drawnValues) float64 { return v["n"]*v["s"] - v["n"]*v["s"]/(v["k"]+v["m"])*v["m"] },
		"security-plus-c-decoy-hit":      decoyHit,
		"security-plus-c-tls-first-byte": func(v drawnValues) float64 {
			tcp, tls, request := v["r"], v["r"], v["r"]
			if v["v"] == 1.2 {
				tls += v["r"]
			}
			return tcp + tls + request + v["s"]
		},
		"security-plus-c-replica-catch-up": func(v drawnValues) (hours float64) {
			// What came while the last lot was copied is the next lot.
			for lot := v["h"] * v["c"] / v["l"]; lot > 1e-12; lot *= v["c"] / v["l"] {
				hours += lot
			}
			return hours
		},
		"security-plus-c-spare-of-n":     enoughServers,
		"security-plus-c-federation-hub": func(v drawnValues) float64 { return (v["p"]-1)*(v["s"]-1) - 1 },
		"security-plus-c-restore-sets": func(v drawnValues) float64 {
			n := 1.0 // backups, from the last one back to the full one
			for night := int(v["n"]); night != 0; n++ {
				if night%int(v["d"]) == 0 {
					night = 0
				} else {
					night--
				}
			}
			return n
		},
		"security-plus-c-inspection-capacity": func(v drawnValues) float64 {
			return 100 * v["f"] * v["d"] / (v["e"]*v["f"] + (100-v["e"])*v["d"])
		},
		"security-plus-c-rule-reach": ruleReach,
		"security-plus-c-pri-limit": func(v drawnValues) float64 {
			highest := 0
			for pri := range 24 * 8 {
				if pri>>3 == int(v["f"]) && pri&7 <= int(v["s"]) {
					highest = pri
				}
			}
			return float64(highest)
		},
		"security-plus-c-role-assignments": func(v drawnValues) float64 { return v["u"]*(v["p"]-1) - v["r"]*v["p"] },
		"security-plus-c-hotp-counter":     hotpCounter,
		"security-plus-c-revocation-lag": func(v drawnValues) float64 {
			issued, next := 0.0, v["i"]
			return next + v["o"] - issued
		},
		"security-plus-c-kerberos-drift": func(v drawnValues) (days float64) {
			for apart := v["x"] + v["y"]; apart <= 5*60; apart += v["x"] + v["y"] {
				days++
			}
			return days
		},
		"security-plus-c-mean-containment": func(v drawnValues) float64 {
			detected := v["a"]/3 + v["b"]/3 + v["c"]/3
			contained := (v["a"]+v["e"])/3 + (v["b"]+v["f"])/3 + (v["c"]+v["g"])/3
			return contained - detected
		},
		"security-plus-c-readable-documents": func(v drawnValues) (sum float64) {
			for _, n := range []float64{v["a"], v["b"], v["c"], v["d"]}[:int(v["l"])] {
				sum += n
			}
			return sum
		},
		"security-plus-c-queue-overflow": func(v drawnValues) (lost float64) {
			waiting, room := 0.0, v["q"]*1000
			for range int(v["t"]) * 60 {
				waiting += v["e"] + v["x"] - v["e"]
				if waiting > room {
					lost += waiting - room
					waiting = room
				}
			}
			return lost
		},
		"security-plus-c-orphan-accounts": func(v drawnValues) float64 {
			shown := v["n"] - v["k"] + v["j"] + v["s"] + v["x"]
			one, two := v["n"]-v["k"]-v["j"], v["j"]
			return shown - v["s"] - one - 2*two
		},
		"security-plus-c-patch-rings": func(v drawnValues) (rings float64) {
			for ring, reached := v["a"], 0.0; reached < v["n"]; ring *= v["k"] {
				reached += ring
				rings++
			}
			return rings
		},
		"security-plus-c-media-states": func(v drawnValues) (states float64) {
			for _, residents := range []float64{v["a"], v["b"], v["c"], v["d"]} {
				if !(residents <= 500) {
					states++
				}
			}
			return states
		},
		"security-plus-c-insurance-share": func(v drawnValues) float64 {
			below, beyond := v["r"], v["l"]-v["r"]
			return 1000 * (below + math.Max(0, beyond-v["m"]))
		},
		"security-plus-c-control-return": func(v drawnValues) float64 {
			prevented := v["a"] * 1000 * v["p"] / 100
			return 100 * (prevented - v["c"]*1000) / (v["c"] * 1000)
		},
		"security-plus-c-training-gap": func(v drawnValues) (more float64) {
			finished := math.Floor(v["n"]*v["x"]/100 + 0.5 + 1e-9)
			for 100*(finished+more) < v["t"]*(v["n"]-v["e"]) {
				more++
			}
			return more
		},
		"security-plus-c-vendor-cycle": func(v drawnValues) float64 { return (6*v["a"] + 3*v["b"] + 2*v["c"]) * v["x"] / 6 },
		"security-plus-c-audit-margin": func(v drawnValues) float64 {
			return 1.96 * 100 * math.Sqrt(v["k"]*(v["n"]-v["k"])/math.Pow(v["n"], 3))
		},
		"security-plus-c-findings-backlog": func(v drawnValues) (months float64) {
			for open := v["b"]; open > 0; months++ {
				open += v["f"] - v["c"]
			}
			return months
		},
	}
}

// wordsSecurityPlusMore goes on with [textbookWords]: keys of the same files that are
// no plain numbers.
func wordsSecurityPlusMore() map[string]func(v drawnValues) string {
	return map[string]func(v drawnValues) string{
		"security-plus-c-backout-start": func(v drawnValues) string {
			opens := time.Date(2027, time.March, 1, int(v["s"]), 0, 0, 0, time.UTC)
			return opens.Add(minutes(v["w"])).Add(-minutes(v["v"])).Add(-minutes(v["r"])).Format("15:04")
		},
		"security-plus-c-reused-keystream": func(v drawnValues) string {
			one, two := int(v["x"])^int(v["s"]), int(v["y"])^int(v["s"])
			return fmt.Sprintf("0x%X", one^two^int(v["x"]))
		},
		"security-plus-c-token-end": func(v drawnValues) string {
			end := time.Date(2027, time.March, 1, int(v["h"]), int(v["m"]), 0, 0, time.UTC).Add(minutes(v["l"]))
			last := end
			for shown := last.Add(-minutes(v["b"])); shown.Before(end.Add(minutes(v["k"]))); shown = last.Add(-minutes(v["b"])) {
				last = last.Add(time.Minute)
			}
			return last.Format("15:04")
		},
		"security-plus-c-log-time": func(v drawnValues) string {
			zone := time.FixedZone("local", -int(v["z"])*60*60)
			at := time.Date(2027, time.March, 1, int(v["h"]), int(v["m"]), 0, 0, zone)
			return at.UTC().Add(minutes(v["f"])).Format("15:04")
		},
		"security-plus-c-notice-date": func(v drawnValues) string {
			return time.Date(2027, time.January, int(v["n"]), 0, 0, 0, 0, time.UTC).AddDate(0, 0, 60).Format("January 2")
		},
		"security-plus-c-policy-years": func(v drawnValues) string {
			ended := time.Date(2000+int(v["y"]+v["d"]), time.Month(v["mo"]), int(v["e"]), 0, 0, 0, 0, time.UTC)
			return ended.AddDate(6, 0, 0).Format("January 2, 2006")
		},
		"security-plus-c-filing-date": func(v drawnValues) string {
			day := time.Date(2027, time.January, int(v["n"]), 0, 0, 0, 0, time.UTC)
			for left := 4; left > 0; {
				if day = day.AddDate(0, 0, 1); day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
					left--
				}
			}
			return day.Format("January 2")
		},
	}
}

// minutes is a span of time.
func minutes(n float64) time.Duration { return time.Duration(n) * time.Minute }

// pairsWhere counts the pairs of n things that are wanted.
func pairsWhere(n float64, wanted func(first, second int) bool) (pairs float64) {
	for second := range int(n) {
		for first := range second {
			if wanted(first, second) {
				pairs++
			}
		}
	}
	return pairs
}

// powerMod multiplies again and again, and keeps the remainder each time.
func powerMod(base, exponent, modulus float64) float64 {
	rest := 1
	for range int(exponent) {
		rest = rest * int(base) % int(modulus)
	}
	return float64(rest)
}

// lookalikes writes all labels that differ from one of n letters, of which k have a
// digit that looks like them, and counts them under t top-level domains.
func lookalikes(v drawnValues) float64 {
	label := []byte("abcdefghijklmnopqrstuvwxyz")[:int(v["n"])]
	all := map[string]bool{}
	for n := range label {
		all[string(label[:n])+string(label[n+1:])] = true
		if n > 0 {
			all[string(label[:n-1])+string(label[n:n+1])+string(label[n-1:n])+string(label[n+1:])] = true
		}
		if n < int(v["k"]) {
			all[string(label[:n])+fmt.Sprint(n)+string(label[n+1:])] = true
		}
	}
	return float64(len(all)) * v["t"]
}

// enoughServers adds up all states of n servers in which all of them or all but one
// work, in per cent.
func enoughServers(v drawnValues) (share float64) {
	n := int(v["n"])
	for state := range 1 << n {
		up := bits.OnesCount(uint(state))
		if up >= n-1 {
			share += 100 * math.Pow(v["a"]/100, float64(up)) * math.Pow(1-v["a"]/100, float64(n-up))
		}
	}
	return share
}

// hotpCounter is what a server expects after it looked ahead for the code of a token
// that was pressed in vain.
func hotpCounter(v drawnValues) float64 {
	token, server := v["c"], v["c"]
	for range int(v["k"]) {
		token++
	}
	for ahead := 0.0; ahead <= v["s"]; ahead++ {
		if server+ahead == token {
			return server + ahead + 1
		}
	}
	return math.NaN()
}

// ruleReach asks the rules about each address of the largest block.
func ruleReach(v drawnValues) (passing float64) {
	first := addr(10, v["a"], 4*v["c"], 0)
	denied := netip.PrefixFrom(addrOf(first), int(v["p"]))
	permitted := netip.PrefixFrom(addrOf(first), int(v["q"]))
	for n := first; permitted.Contains(addrOf(n)); n++ {
		host := n-first < v["k"] // any hosts of the denied block would do
		if host || !denied.Contains(addrOf(n)) {
			passing++
		}
	}
	return passing
}

// decoyHit counts the sets of machines that an intruder can pick, and those with a
// decoy, in per cent. The decoys are the last machines.
func decoyHit(v drawnValues) float64 {
	all, hit := 0.0, 0.0
	machines := int(v["n"] + v["k"])
	count := func(last int) {
		if all++; last >= int(v["n"]) {
			hit++
		}
	}
	for third := range machines {
		for second := range third {
			if v["m"] == 2 {
				count(third)
				continue
			}
			for range second {
				count(third)
			}
		}
	}
	return 100 * hit / all
}
