package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
)

// flags are the long flags there are; true for those that take no value.
type flags map[string]bool

// flagsOf collects the flags of a verb and of all below it.
func flagsOf(node *kong.Node) flags {
	all := flags{}
	for _, f := range node.Flags {
		all[f.Name] = f.IsBool()
	}
	for _, child := range node.Children {
		for name, alone := range flagsOf(child) {
			all[name] = alone
		}
	}
	return all
}

// normalise writes arguments the way kong reads them: -json becomes --json, and
// a value that begins with a dash is joined to its flag, so that "-count -3"
// reaches the verb, which can say what is wrong with it. Numbers, "-" and
// everything after "--" stay as they are.
func normalise(args []string, known flags) ([]string, error) {
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...), nil
		}
		if !isFlag(arg) {
			out = append(out, arg)
			continue
		}
		name, _, assigned := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		arg = "--" + strings.TrimLeft(arg, "-")
		if alone, ok := known[name]; ok && !alone && !assigned {
			if i++; i == len(args) || args[i] == "--" || known.has(args[i]) {
				return nil, fmt.Errorf("-%s needs a value after it", name)
			}
			arg += "=" + args[i]
		}
		out = append(out, arg)
	}
	return out, nil
}

// isFlag reports whether an argument looks like a flag with a long name.
func isFlag(arg string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	return len(name) < len(arg) && len(name) > 1 && unicode.IsLetter(rune(name[0]))
}

// has reports whether an argument is one of the flags.
func (f flags) has(arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	_, ok := f[name]
	return ok && isFlag(arg)
}
