package quizzes_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// textbookNetworkPlusMore goes on with [textbookNetworkPlus]: keys of the third and
// fourth file that are numbers.
func textbookNetworkPlusMore() map[string]func(v drawnValues) float64 {
	return map[string]func(v drawnValues) float64{
		"network-plus-c-store-and-forward": func(v drawnValues) float64 {
			at := 0.0
			for range int(v["k"]) + 1 { // a link behind the sender, and one behind each switch
				at += v["n"] / (v["m"] * 1e6 / 8)
			}
			return at * 1e6
		},
		"network-plus-c-leaf-spine-cables": func(v drawnValues) float64 { return countOf(v["l"], v["s"], v["k"]) },
		"network-plus-c-tunnels-saved":     func(v drawnValues) float64 { return sumTo(v["n"] - 1) },
		"network-plus-c-multicast-saving":  func(v drawnValues) float64 { return v["n"]*v["r"] - v["r"] },
		"network-plus-c-broadcast-domains": func(v drawnValues) float64 {
			alike := v["c"] // on both switches, and yet two domains
			return (v["v"] - alike) + (v["w"] - alike) + 2*alike + 1
		},
		"network-plus-c-bundle-failures": func(v drawnValues) float64 {
			failed := 0.0
			for (v["n"]-failed-1)*v["s"] >= v["s"]*(v["k"]-v["f"])-1e-9 {
				failed++
			}
			return failed
		},
		"network-plus-c-vrrp-takeover": func(v drawnValues) float64 { return v["t"] * (4 - v["p"]/256) },
		"network-plus-c-poe-at-device": func(v drawnValues) float64 { return v["i"] * (v["v"] - v["i"]*v["r"]) },
		"network-plus-c-dhcp-unicast-phase": func(v drawnValues) float64 {
			lease := time.Duration(v["l"]) * time.Hour
			return (lease/8*7 - lease/2).Hours()
		},
		"network-plus-c-counter-rate-wrap": func(v drawnValues) float64 {
			passed := uint32(v["e"]*1e6) - uint32(v["c"]*1e6) // wraps as the counter does
			return float64(passed) / 1e6 * 8 / v["t"]
		},
		"network-plus-c-sampled-rate": func(v drawnValues) float64 {
			frames := v["k"] / (1 / v["n"])
			return frames / v["t"] * v["b"] / 125000 // bytes a second in a megabit a second
		},
		"network-plus-c-zone-change-delay": func(v drawnValues) float64 {
			return (time.Duration(v["r"])*time.Hour + time.Duration(v["t"])*time.Hour).Hours()
		},
		"network-plus-c-negative-caching": func(v drawnValues) float64 { return slices.Min([]float64{v["y"], v["x"]}) },
		"network-plus-c-ntp-offset": func(v drawnValues) float64 {
			sent, came := v["a"], v["a"]+v["d"]+v["o"]
			left := came + v["p"]
			back := left - v["o"] + v["e"]
			return (came+left)/2 - (sent+back)/2 // what both clocks show halfway
		},
		"network-plus-c-repair-time-allowed": func(v drawnValues) float64 { return v["m"]/(v["a"]/100) - v["m"] },
		"network-plus-c-upgrade-window": func(v drawnValues) (done float64) {
			for left := v["w"] - v["r"]; left >= v["b"]; left -= v["b"] {
				done += v["k"]
			}
			return done
		},
		"network-plus-c-policer-burst": func(v drawnValues) float64 {
			each := (v["r"] - v["c"]) * 1e6 / 8 / 1000 // bytes lost in a millisecond
			return v["b"] * 1000 / each
		},
		"network-plus-c-hub-associations": func(v drawnValues) float64 { return countOf(v["n"], v["k"], 2) },
		"network-plus-c-association-lifetime": func(v drawnValues) float64 {
			if full := v["g"] * 1e9 / (v["r"] * 1e6 / 8) / 60; full < v["t"] {
				return full
			}
			return v["t"]
		},
		"network-plus-c-mac-table-flood": func(v drawnValues) float64 { return v["n"]/v["r"] - v["u"]/v["r"] },
		"network-plus-c-storm-limit": func(v drawnValues) float64 {
			frame := (7 + 1 + v["n"] + 12) * 8 / (v["m"] * 1e6) // seconds on the line
			return v["p"] / 100 / frame
		},
		"network-plus-c-retransmission-time": func(v drawnValues) (at float64) {
			srtt := v["r"] / 1000
			variation := srtt / 2
			timeout := srtt + 4*variation
			for range int(v["k"]) {
				at += timeout
				timeout *= 2
			}
			return at
		},
		"network-plus-c-fragment-offset": func(v drawnValues) (offset float64) {
			data := v["m"] - 20
			data -= math.Mod(data, 8)
			for range int(v["k"]) - 1 {
				offset += data
			}
			return offset / 8
		},
		"network-plus-c-route-asymmetry": func(v drawnValues) float64 {
			there, back := 64-v["f"], 128-v["f"]-v["e"] // what is left, as the question says
			return there - back + 64
		},
		"network-plus-c-free-space-loss": func(v drawnValues) float64 { return 32.4 + 10*math.Log10(math.Pow(v["f"]*v["d"], 2)) },
		"network-plus-c-interference-ratio": func(v drawnValues) float64 {
			power := func(dBm float64) float64 { return math.Exp(dBm / 10 * math.Ln10) }
			return 10 * math.Log10(power(v["s"])/(power(v["n"])+power(v["i"])))
		},
		"network-plus-c-rtp-jitter": func(v drawnValues) float64 {
			return v["j"]*15/16 + max(v["x"]-20, 20-v["x"])/16
		},
		"network-plus-c-voice-calls": func(v drawnValues) (calls float64) {
			each := 50 * 8 * (v["p"] + v["l"] + 20 + 8 + 12)
			for left := v["r"] * 1e4 * v["u"]; left >= each-1e-6; left -= each {
				calls++
			}
			return calls
		},
		"network-plus-c-tftp-time": func(v drawnValues) float64 {
			whole := v["f"] * 1e6
			blocks := (whole-math.Mod(whole, v["b"]))/v["b"] + 1
			return (time.Duration(blocks*v["r"]) * time.Millisecond).Minutes()
		},
		"network-plus-c-cable-fault-distance": func(v drawnValues) float64 { return v["t"] * 1e-9 / 2 * 3e8 * (v["v"] / 100) },
	}
}

// textbookNetworkPlusWords goes on with [textbookWords]: keys of the third and fourth
// file as they are shown, also numbers whose every digit counts.
func textbookNetworkPlusWords() map[string]func(v drawnValues) string {
	return map[string]func(v drawnValues) string{
		"network-plus-c-vxlan-underlay-mtu": func(v drawnValues) string {
			headers := map[float64]float64{4: 50, 6: 70}[v["g"]] // as those who deploy it know them
			return grouped(v["m"]+headers+v["t"]*4) + " bytes"
		},
		"network-plus-c-multicast-mac": func(v drawnValues) string {
			group := uint32(addr(239, v["b"], v["c"], v["d"]))
			mac := binary.BigEndian.AppendUint64(nil, 0x01005E000000|uint64(group&(1<<23-1)))[2:]
			return strings.ToUpper(strings.ReplaceAll(net.HardwareAddr(mac).String(), ":", "-"))
		},
		"network-plus-c-solicited-node": func(v drawnValues) string {
			host := netip.MustParseAddr("ff02::1:ff00:0").As16()
			host[13], host[14], host[15] = byte(v["y"]), byte(v["z"]), byte(v["w"])
			return netip.AddrFrom16(host).String()
		},
		"network-plus-c-nat64-address": func(v drawnValues) string {
			host := netip.MustParseAddr(fmt.Sprintf("2001:db8:%v::", v["n"])).As16()
			copy(host[12:], []byte{10, byte(v["b"]), byte(v["c"]), byte(v["d"])})
			return netip.AddrFrom16(host).String()
		},
		"network-plus-c-header-options-data": func(v drawnValues) string { return grouped(v["n"]-v["h"]*32/8) + " bytes" },
		"network-plus-c-ack-after-fin":       func(v drawnValues) string { return grouped(1 + v["n"] + v["s"]) },
		"network-plus-c-longest-match":       longestMatch,
		"network-plus-c-ospf-path-cost": func(v drawnValues) string {
			cost := 0.0
			for _, rate := range []float64{v["x"], v["y"], v["z"]} {
				if link := v["g"] * 1e9 / (rate * 1e9); link > 1 {
					cost += link
				} else {
					cost++
				}
			}
			return grouped(cost)
		},
		"network-plus-c-root-path-cost": func(v drawnValues) string {
			link := func(rate float64) float64 { return 2e13 / (rate * 1e9) } // 20 Tbit/s divided by the rate
			return grouped(slices.Min([]float64{link(v["a"]) + link(v["b"]), link(v["c"]) + link(v["c"]) + link(v["c"])}))
		},
		"network-plus-c-vlsm-free-space": func(v drawnValues) string {
			next := addr(10, v["a"], v["b"], 0)
			for _, hosts := range []float64{v["x"], v["y"], v["z"]} {
				prefix := 30.0
				for hostsOf(prefix) < hosts {
					prefix--
				}
				next += hostsOf(prefix) + 2
			}
			return dotted(next)
		},
		"network-plus-c-cover-prefix": func(v drawnValues) string {
			prefix := 24.0
			for netOf(addr(10, v["a"], v["x"], 0), prefix) != netOf(addr(10, v["a"], v["y"], 0), prefix) {
				prefix--
			}
			return fmt.Sprintf("/%v", prefix)
		},
		"network-plus-c-wide-channel-centre": func(v drawnValues) string {
			lowest := 5955 + 20*v["k"]*v["j"] // MHz; each further channel of 20 MHz moves the centre by 10
			return grouped(lowest+10*(v["k"]-1)) + " MHz"
		},
		"network-plus-c-nat-clients":  func(v drawnValues) string { return grouped(v["k"] * ((math.MaxUint16 - 49151) / v["s"])) },
		"network-plus-c-guest-leases": func(v drawnValues) string { return grouped(v["n"] / (1 / v["l"])) },
		"network-plus-c-replay-window": func(v drawnValues) string {
			oldest := v["h"]
			for v["h"]-(oldest-1) < v["w"] { // less than a window behind
				oldest--
			}
			return grouped(oldest)
		},
		"network-plus-c-esp-packet": func(v drawnValues) string {
			hidden := v["n"] + 2
			for math.Mod(hidden, 16) != 0 {
				hidden++
			}
			return grouped(20+4+4+16+hidden+16) + " bytes"
		},
		"network-plus-c-worst-error-rate": func(v drawnValues) string {
			worst, rates := 0, []float64{v["a"] / v["e"], v["b"] / v["f"], v["c"] / v["g"], v["d"] / v["h"]}
			for n, rate := range rates {
				if rate > rates[worst] {
					worst = n
				}
			}
			return "port " + strconv.Itoa(worst+1)
		},
		"network-plus-c-path-mtu-gre": func(v drawnValues) string {
			size := v["a"]
			for size > v["c"] || size+20+4 > v["b"] {
				size--
			}
			return grouped(size) + " bytes"
		},
	}
}

// blockNear is the network of a prefix that holds an address, or the one beside it on
// the side of aside.
func blockNear(host, prefix, aside float64) netip.Prefix {
	first := netip.MustParseAddr(netOf(host, prefix))
	start := float64(binary.BigEndian.Uint32(first.AsSlice()))
	return netip.PrefixFrom(addrOf(start+aside*math.Exp2(32-prefix)), int(prefix))
}

// asideOf is the side on which a network of a question lies: 0 where it holds the
// host, otherwise that of the question.
func asideOf(v drawnValues, which string) float64 {
	if v[which] == 0 {
		return 0
	}
	return v["u"]
}

// longestMatch looks an address up in a table of routes.
func longestMatch(v drawnValues) string {
	host := addr(10, v["a"], v["b"], v["c"])
	var best netip.Prefix
	for _, route := range []netip.Prefix{
		blockNear(host, 22, asideOf(v, "n")), blockNear(host, 16, 0),
		blockNear(host, 18, asideOf(v, "k")), blockNear(host, 20, asideOf(v, "m")),
	} {
		if route.Contains(addrOf(host)) && (!best.IsValid() || route.Bits() > best.Bits()) {
			best = route
		}
	}
	return best.String()
}

// countOf counts the ways to choose one of a, one of b and one of c.
func countOf(a, b, c float64) (n float64) {
	for range int(a) {
		for range int(b) {
			for range int(c) {
				n++
			}
		}
	}
	return n
}

// grouped spells a whole number with commas between thousands.
func grouped(x float64) string {
	text := strconv.FormatInt(int64(math.Round(x)), 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
