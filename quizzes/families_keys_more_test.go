package quizzes_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"net"
	"net/netip"
)

// textbookNetworkPlus goes on with [textbook]: keys of CompTIA Network+ that are numbers.
func textbookNetworkPlus() map[string]func(v drawnValues) float64 {
	return map[string]func(v drawnValues) float64{
		"network-plus-c-hosts-left": func(v drawnValues) float64 { return hostsOf(v["p"]) - v["r"] },
		"network-plus-c-octet-from-bits": func(v drawnValues) float64 {
			return fromBits(v["b7"], v["b6"], v["b5"], v["b4"], v["b3"], v["b2"], v["b1"], v["b0"])
		},
		"network-plus-c-decimal-of-hex":      func(v drawnValues) float64 { return v["l"] + v["h"]*math.Exp2(4) },
		"network-plus-c-addresses-of-blocks": func(v drawnValues) float64 { return v["n"] * math.Exp2(48) / math.Exp2(v["f"]) },
		"network-plus-c-ipv6-subnet-count":   func(v drawnValues) float64 { return math.Exp2(64) / math.Exp2(v["p"]) },
		"network-plus-c-full-mesh-links":     func(v drawnValues) float64 { return sumTo(v["n"] - 1) },
		"network-plus-c-mss":                 func(v drawnValues) float64 { return v["m"] - (v["i"] + 20 + v["o"]) },
		"network-plus-c-frame-efficiency":    func(v drawnValues) float64 { return 100 / (1 + (8+20+18+20)/v["n"]) },
		"network-plus-c-subnets-of-block":    func(v drawnValues) float64 { return math.Exp2(32-v["p"]) / math.Exp2(32-v["p"]-v["d"]) },
		"network-plus-c-poe-devices":         func(v drawnValues) float64 { return math.Floor((v["w"]-v["w"]*v["r"]/100)/v["p"] + 1e-9) },
		"network-plus-c-oversubscription":    func(v drawnValues) float64 { return v["n"] * v["s"] / v["u"] / v["t"] },
		"network-plus-c-camera-bandwidth":    func(v drawnValues) float64 { return v["n"] * v["m"] / (v["u"] / 100) },
		"network-plus-c-rack-units":          func(v drawnValues) float64 { return v["r"] - (v["a"] + v["a"] + v["b"] + v["p"] + v["u"]) },
		"network-plus-c-vlan-ids-left":       func(v drawnValues) float64 { return 4094 - (v["s"] + v["k"]*v["f"]) },
		"network-plus-c-availability-series": func(v drawnValues) float64 {
			return 100 * math.Exp(math.Log(v["a"]/100)+math.Log(v["b"]/100)+math.Log(v["c"]/100))
		},
		"network-plus-c-availability-pair": func(v drawnValues) float64 { return v["a"] + (100-v["a"])*v["b"]/100 },
		"network-plus-c-downtime-allowed":  func(v drawnValues) float64 { return (1 - v["a"]/100) * v["d"] * 24 * 60 },
		"network-plus-c-mean-repair-time":  func(v drawnValues) float64 { return v["a"]/4 + v["b"]/4 + v["c"]/4 + v["e"]/4 },
		"network-plus-c-expected-failures": func(v drawnValues) float64 { return 8760 / (v["m"] / v["n"]) },
		"network-plus-c-capture-storage":   func(v drawnValues) float64 { return v["r"] * 1e6 / 8 * v["t"] * 60 / 1e9 },
		"network-plus-c-utilisation":       func(v drawnValues) float64 { return v["d"] * 8 / v["s"] / v["m"] * 100 },
		"network-plus-c-ups-runtime":       func(v drawnValues) float64 { return v["e"] * (v["n"] / 100) / (v["p"] / 60) },
		"network-plus-c-rto-left":          func(v drawnValues) float64 { return v["r"] - math.Max(v["a"]+v["b"]+v["e"], v["a"]+v["c"]+v["e"]) },
		"network-plus-c-rpo-changes":       func(v drawnValues) float64 { return v["h"] / (24 / v["n"]) },
		"network-plus-c-wildcard-count":    func(v drawnValues) float64 { return math.Exp2(v["i"]) * math.Exp2(v["j"]) },
		"network-plus-c-tunnel-mss":        func(v drawnValues) float64 { return (v["m"] - 40) - (v["e"] + 28) },
		"network-plus-c-starvation-limit":  func(v drawnValues) float64 { return -v["q"]*v["k"] + v["n"] },
		"network-plus-c-flood-rate":        func(v drawnValues) float64 { return v["n"] * v["k"] / 1e6 * (v["b"] * 8 / 1e3) },
		"network-plus-c-zone-policies":     func(v drawnValues) float64 { return 2 * sumTo(v["n"]-1) },
		"network-plus-c-radiated-power":    func(v drawnValues) float64 { return math.Exp((v["t"] + v["g"] - v["l"]) * math.Ln10 / 10) },
		"network-plus-c-wifi-margin":       func(v drawnValues) float64 { return (v["t"] - v["s"]) - (v["l"] - v["g"] - v["h"]) },
		"network-plus-c-fibre-margin":      func(v drawnValues) float64 { return -v["s"] + v["t"] - (v["k"]*v["a"] + v["c"]/2 + v["n"]/10) },
		"network-plus-c-window-throughput": func(v drawnValues) float64 { return v["w"] * 1000 * 8 / (v["r"] / 1000) / 1e6 },
		"network-plus-c-bandwidth-delay":   func(v drawnValues) float64 { return v["m"] * 1e6 * (v["r"] / 1e3) / 8 / 1e3 },
		"network-plus-c-distance-delay":    func(v drawnValues) float64 { return (v["d"]*5/1000 + v["e"]) / 0.5 },
		"network-plus-c-image-transfer":    func(v drawnValues) float64 { return v["g"] * math.Exp2(33) / (v["m"] * v["e"] * 1e4) },
		"network-plus-c-ping-loss":         func(v drawnValues) float64 { return 100 - 100*(v["s"]-v["l"])/v["s"] },
		"network-plus-c-fragments":         func(v drawnValues) float64 { return 1 + math.Floor((v["n"]-1)/((v["m"]-20)-math.Mod(v["m"]-20, 8))) },
		"network-plus-c-counter-wrap":      func(v drawnValues) float64 { return math.Exp2(35) / 1e6 / v["m"] / (v["u"] / 100) },
	}
}

// textbookSecurityPlus goes on with [textbook]: keys of CompTIA Security+ that are numbers.
func textbookSecurityPlus() map[string]func(v drawnValues) float64 {
	return map[string]func(v drawnValues) float64{
		"security-plus-c-pair-keys":            func(v drawnValues) float64 { return sumTo(v["n"] - 1) },
		"security-plus-c-padded-length":        func(v drawnValues) float64 { return 16 * math.Ceil((v["k"]*16+v["r"]+1)/16) },
		"security-plus-c-shares-to-lose":       func(v drawnValues) float64 { return v["n"] - v["t"] },
		"security-plus-c-password-entropy":     func(v drawnValues) float64 { return math.Log(math.Pow(v["c"], v["l"])) / math.Ln2 },
		"security-plus-c-passphrase-words":     func(v drawnValues) float64 { return 1 + math.Floor(v["b"]*math.Ln2/math.Log(v["w"])) },
		"security-plus-c-longer-password":      func(v drawnValues) float64 { return math.Pow(v["c"], v["l"]+v["d"]) / math.Pow(v["c"], v["l"]) },
		"security-plus-c-search-time":          func(v drawnValues) float64 { return math.Exp2(v["b"]) / 2 / v["g"] / 1e6 / 60 / 60 },
		"security-plus-c-pin-chance":           func(v drawnValues) float64 { return v["t"] * 100 * math.Pow(10, -v["d"]) },
		"security-plus-c-amplified-flood":      func(v drawnValues) float64 { return v["r"] / v["q"] * v["s"] / 1e3 },
		"security-plus-c-half-open-table":      func(v drawnValues) float64 { return 1 / (v["t"] / v["n"]) },
		"security-plus-c-prompt-fatigue":       func(v drawnValues) float64 { return -100 * math.Expm1(v["n"]*math.Log1p(-v["p"]/100)) },
		"security-plus-c-dns-tunnel":           func(v drawnValues) float64 { return v["m"] * 1e6 / v["b"] / (v["q"] * 60) },
		"security-plus-c-encrypted-share":      func(v drawnValues) float64 { return v["r"] * v["m"] * 60 / 1e6 / v["t"] * 100 },
		"security-plus-c-worm-spread":          func(v drawnValues) float64 { return v["n"] * math.Exp(v["k"]*math.Ln2) },
		"security-plus-c-raid5-usable":         func(v drawnValues) float64 { return v["n"]*v["s"] - v["s"] },
		"security-plus-c-raid6-usable":         func(v drawnValues) float64 { return v["n"]*v["s"] - v["s"] - v["s"] },
		"security-plus-c-raid10-disks":         func(v drawnValues) float64 { return 2 * (1 + math.Floor((v["c"]-0.5)/v["s"])) },
		"security-plus-c-quorum-losses":        func(v drawnValues) float64 { return v["n"] - math.Floor(v["n"]/2) - 1 },
		"security-plus-c-servers-with-spare":   func(v drawnValues) float64 { return v["k"] + 1 + math.Floor((v["l"]-1)/v["c"]) },
		"security-plus-c-backup-window":        func(v drawnValues) float64 { return v["t"] * 1e12 / (v["r"] * 1e6 * 3600) },
		"security-plus-c-restore-incrementals": func(v drawnValues) float64 { return v["d"]*v["k"] + v["f"] },
		"security-plus-c-differential-space":   func(v drawnValues) float64 { return v["f"] + v["d"]*sumTo(v["k"]) },
		"security-plus-c-failover-time":        func(v drawnValues) float64 { return v["t"] + v["i"]*v["n"] },
		"security-plus-c-gateway-mtbf":         func(v drawnValues) float64 { return 24*v["d"]/v["n"] - v["r"] },
		"security-plus-c-log-storage":          func(v drawnValues) float64 { return v["e"] * v["b"] * 60 * 60 * 24 / 1e9 * v["d"] / v["c"] },
		"security-plus-c-log-retention":        func(v drawnValues) float64 { return math.Floor((v["t"]-v["t"]*v["r"]/100)*1000/v["g"] + 1e-9) },
		"security-plus-c-false-positive-rate":  func(v drawnValues) float64 { return 100 - 100*(v["g"]-math.Floor(v["g"]*v["x"]/100+0.5+1e-9))/v["g"] },
		"security-plus-c-false-rejection":      func(v drawnValues) float64 { return 100 - 100*(v["n"]-math.Floor(v["n"]*v["x"]/100+0.5+1e-9))/v["n"] },
		"security-plus-c-alert-precision":      func(v drawnValues) float64 { return 100 * math.Floor(v["n"]*v["x"]/100+0.5+1e-9) / v["n"] },
		"security-plus-c-detection-recall":     func(v drawnValues) float64 { return 100 - 100*(v["n"]-math.Floor(v["n"]*v["x"]/100+0.5+1e-9))/v["n"] },
		"security-plus-c-alert-base-rate":      func(v drawnValues) float64 { return 100 / (1 + v["f"]/100*(v["n"]-1)/(v["s"]/100)) },
		"security-plus-c-patch-compliance":     func(v drawnValues) float64 { return 100 - 100*v["u"]/(v["n"]-v["e"]) },
		"security-plus-c-certificates-issued":  func(v drawnValues) float64 { return 1 + math.Floor((365*v["y"]-1)/(v["d"]-v["r"])) },
		"security-plus-c-totp-accepted":        func(v drawnValues) float64 { return v["x"] + v["w"]*v["x"] + v["w"]*v["x"] },
		"security-plus-c-octal-mode":           func(v drawnValues) float64 { return v["o"] + (v["u"]*10+v["g"])*10 },
		"security-plus-c-umask-file":           func(v drawnValues) float64 { return 600 + 10*float64(6&^int(v["g"])) + float64(6&^int(v["o"])) },
		"security-plus-c-dlp-sample":           func(v drawnValues) float64 { return v["m"] * 1000 * (v["k"] / v["n"]) },
		"security-plus-c-scan-time":            func(v drawnValues) float64 { return v["h"] / v["s"] / v["p"] * (v["m"] / 60) },
		"security-plus-c-sle-damage":           func(v drawnValues) float64 { return v["v"] * 1e3 * (v["e"] / 100) },
		"security-plus-c-ale-history":          func(v drawnValues) float64 { return v["n"] / v["y"] * v["s"] * 1e3 },
		"security-plus-c-years-between":        func(v drawnValues) float64 { return v["s"] * 1000 / (v["s"] * 1000 / v["q"]) },
		"security-plus-c-control-value":        func(v drawnValues) float64 { return v["a"]*1e3 - (v["a"]*1e3*(1-v["p"]/100) + v["c"]*1e3) },
		"security-plus-c-residual-score":       func(v drawnValues) float64 { return v["l"]*v["i"] - v["l"]*v["j"] - v["k"]*v["i"] + v["k"]*v["j"] },
		"security-plus-c-vendor-score":         func(v drawnValues) float64 { return v["c"] + (v["a"]-v["c"])*v["w"]/100 + (v["b"]-v["c"])*v["x"]/100 },
		"security-plus-c-click-rate": func(v drawnValues) float64 {
			return 100 - 100*((v["n"]-v["b"])-math.Floor((v["n"]-v["b"])*v["x"]/100+0.5+1e-9))/(v["n"]-v["b"])
		},
		"security-plus-c-replication-loss":     func(v drawnValues) float64 { return v["m"]*v["i"]/1e3 + v["m"]*v["k"]/1e3 },
		"security-plus-c-recovery-time-left":   func(v drawnValues) float64 { return -v["t"] - v["w"] + v["m"] },
		"security-plus-c-quarter-availability": func(v drawnValues) float64 { return 100 * (v["d"]*24 - v["n"]*v["r"]) / (v["d"] * 24) },
	}
}

// textbookImaging goes on with [textbook]: those of CBET's second file.
func textbookImaging() map[string]func(v drawnValues) float64 {
	return map[string]func(v drawnValues) float64{
		"cbet-c-alarm-sensitivity":    func(v drawnValues) float64 { return 100 - 100*(v["n"]-math.Floor(v["n"]*v["x"]/100+0.5+1e-9))/v["n"] },
		"cbet-c-detector-specificity": func(v drawnValues) float64 { return 100 * (v["n"] - math.Floor(v["n"]*v["x"]/100+0.5+1e-9)) / v["n"] },
		"cbet-c-restore-rto":          func(v drawnValues) float64 { return (v["a"]*3600 + v["g"]*1e9/(v["r"]*1e6) + v["t"]*3600) / 3600 },
		"cbet-c-copy-rpo":             func(v drawnValues) float64 { return v["i"] / (1 / v["n"]) },
		"cbet-c-study-size":           func(v drawnValues) float64 { return v["n"] * math.Pow(v["c"]/1000, 2) * 2 },
		"cbet-c-image-load":           func(v drawnValues) float64 { return v["m"] * 1e6 * 8 * v["n"] / 3600 * v["k"] / 1e6 },
		"cbet-c-archive-size":         func(v drawnValues) float64 { return v["n"] * 365 * v["y"] * (v["m"] / v["c"]) / 1e6 * 2 },
		"cbet-c-leakage-devices":      func(v drawnValues) float64 { return (500 - math.Mod(500, v["l"])) / v["l"] },
		"cbet-c-ground-wire-length":   func(v drawnValues) float64 { return (500 - v["p"] - math.Mod(500-v["p"], v["r"])) / v["r"] },
		"cbet-c-scatter-dose":         func(v drawnValues) float64 { return v["d"] * math.Pow(v["b"]/v["a"], -2) * (v["t"] / 60) },
	}
}

// textbookWords works out a second time the keys that are no plain numbers, such as
// addresses, as they are shown.
func textbookWords() map[string]func(v drawnValues) string {
	return map[string]func(v drawnValues) string{
		"cbet-c-subnet-network":         subnetKey,
		"network-plus-c-mask-of-prefix": func(v drawnValues) string { return maskOf(v["p"]) },
		"network-plus-c-prefix-of-mask": func(v drawnValues) string {
			return fmt.Sprintf("/%d", ones(dotted(math.Exp2(32)-math.Exp2(32-v["p"]))))
		},
		"network-plus-c-hex-of-decimal":   func(v drawnValues) string { return fmt.Sprintf("0x%X", int(v["n"])) },
		"network-plus-c-eui64-first-byte": func(v drawnValues) string { return fmt.Sprintf("0x%02X", int(v["h"]*16+v["q"]*4)^2) },
		"network-plus-c-prefix-for-hosts": func(v drawnValues) string { return fmt.Sprintf("/%d", 32-bits.Len(uint(v["n"])+2)) },
		"network-plus-c-nth-subnet": func(v drawnValues) string {
			return netOf(addr(172, 16, v["a"], 0)+math.Exp2(32-v["p"])*(v["k"]-1), v["p"])
		},
		"network-plus-c-summary-route": func(v drawnValues) string {
			return fmt.Sprintf("%s/%d", netOf(addr(10, v["a"], v["k"]*math.Exp2(v["m"]), 0), 24-v["m"]), int(24-v["m"]))
		},
		"network-plus-c-ipv6-vlan-subnet":   func(v drawnValues) string { return fmt.Sprintf("2001:db8:%d:%x::/64", int(v["a"]), int(v["n"])) },
		"network-plus-c-wildcard-of-prefix": func(v drawnValues) string { return dotted(math.Exp2(32-v["p"]) - 1) },
		"network-plus-c-wildcard-match": func(v drawnValues) string {
			return dotted(addr(192, 168, v["k"]*math.Exp2(v["m"])+math.Floor(v["r"]/math.Exp2(4-v["m"])), v["h"]))
		},
		"network-plus-c-same-subnet": func(v drawnValues) string {
			return dotted(addr(10, v["a"], v["b"], blockStart(v["c"], v["p"])+1+math.Mod(v["c"]-blockStart(v["c"], v["p"])-1+v["o"], hostsOf(v["p"]))))
		},
		"network-plus-c-network-of-host": func(v drawnValues) string {
			return fmt.Sprintf("%s/%d", netOf(addr(172, 20, v["b"], v["c"]), v["p"]), int(v["p"]))
		},
		"network-plus-c-broadcast-of-host": func(v drawnValues) string { return lastOf(addr(10, v["a"], v["b"], v["c"]), v["p"]) },
		"security-plus-c-key-space": func(v drawnValues) string {
			return fmt.Sprintf("2^%d", int(math.Log2(math.Exp2(v["a"]+v["d"])/math.Exp2(v["a"]))))
		},
		"security-plus-c-xor-nibble":     func(v drawnValues) string { return fmt.Sprintf("0x%X", int(v["x"])^int(v["y"])) },
		"security-plus-c-collision-work": func(v drawnValues) string { return fmt.Sprintf("2^%d", int(math.Log2(math.Sqrt(math.Exp2(v["n"]))))) },
		"security-plus-c-severity-band":  func(v drawnValues) string { return band(v["s"]) },
		"security-plus-c-block-rule": func(v drawnValues) string {
			return fmt.Sprintf("%s/%d", netOf(addr(10, v["a"], v["b"], v["k"]*math.Exp2(32-v["p"])+1), v["p"]), int(v["p"]))
		},
	}
}

// addr is an address as a number.
func addr(a, b, c, d float64) float64 {
	bytes := netip.AddrFrom4([4]byte{byte(a), byte(b), byte(c), byte(d)}).As4()
	return float64(binary.BigEndian.Uint32(bytes[:]))
}

// addrOf is the address of a number.
func addrOf(n float64) netip.Addr {
	var bytes [4]byte
	binary.BigEndian.PutUint32(bytes[:], uint32(n))
	return netip.AddrFrom4(bytes)
}

// dotted spells a number as an address.
func dotted(n float64) string { return addrOf(n).String() }

// maskOf is the subnet mask of a prefix.
func maskOf(p float64) string { return net.IP(net.CIDRMask(int(p), 32)).String() }

// ones counts the bits of an address that are 1.
func ones(address string) int {
	bytes := netip.MustParseAddr(address).As4()
	return bits.OnesCount32(binary.BigEndian.Uint32(bytes[:]))
}

// netOf is the first address of the network that holds address n.
func netOf(n, p float64) string {
	return netip.PrefixFrom(addrOf(n), int(p)).Masked().Addr().String()
}

// lastOf is the last address of the network that holds address n.
func lastOf(n, p float64) string {
	first := netip.PrefixFrom(addrOf(n), int(p)).Masked()
	last := first.Addr()
	for next := last; next.IsValid() && first.Contains(next); next = next.Next() {
		last = next
	}
	return last.String()
}

// hostsOf counts the usable addresses of a prefix one by one.
func hostsOf(p float64) float64 {
	network := netip.PrefixFrom(addrOf(0), int(p))
	n := -2.0
	for next := network.Addr(); next.IsValid() && network.Contains(next); next = next.Next() {
		n++
	}
	return n
}

// blockStart is the last byte at which the network of a host begins.
func blockStart(host, p float64) float64 {
	first := netip.PrefixFrom(addrOf(host), int(p)).Masked().Addr().As4()
	return float64(first[3])
}

// fromBits is the number of a row of bits, the weightiest first.
func fromBits(all ...float64) (n float64) {
	for _, b := range all {
		n = 2*n + b
	}
	return n
}

// sumTo is 1 + 2 + … + n.
func sumTo(n float64) (sum float64) {
	for k := 1.0; k <= n; k++ {
		sum += k
	}
	return sum
}

// band is the qualitative severity of a score in CVSS v4.0.
func band(score float64) string {
	switch {
	case score >= 9:
		return "Critical"
	case score >= 7:
		return "High"
	case score >= 4:
		return "Medium"
	}
	return "Low"
}
