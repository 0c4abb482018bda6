package quizzes

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// mostExpr is how long an expression may be, in bytes. With it everything about
// an expression is bounded: nothing in it repeats.
const mostExpr = 300

// mostText is how long a text that a formula makes may be, in bytes.
const mostText = 200

// What an expression gives.
const (
	number = iota
	word
	condition
)

// A program is an expression made ready.
type program struct {
	kind int
	vm   *vm.Program
}

// functions are all that an expression may call.
func functions() []expr.Option {
	all := []expr.Option{expr.Function("ipv4", func(v ...any) (any, error) { return ipv4(v[0].(float64)), nil }, ipv4)}
	for name, f := range map[string]func(float64) float64{
		"abs": math.Abs, "sqrt": math.Sqrt, "exp": math.Exp, "ln": math.Log, "log10": math.Log10, "log2": math.Log2,
		"floor": func(x float64) float64 { return math.Floor(steady(x)) },
		"ceil":  func(x float64) float64 { return math.Ceil(steady(x)) },
	} {
		all = append(all, expr.Function(name, func(v ...any) (any, error) { return f(v[0].(float64)), nil }, f))
	}
	for name, f := range map[string]func(x, y float64) float64{
		"pow": math.Pow, "min": math.Min, "max": math.Max, "mod": math.Mod, "round": roundTo,
	} {
		all = append(all, expr.Function(name, func(v ...any) (any, error) { return f(v[0].(float64), v[1].(float64)), nil }, f))
	}
	return all
}

// arity is how many arguments each of [functions] takes.
func arity(name string) (n int, ok bool) {
	switch name {
	case "abs", "sqrt", "exp", "ln", "log10", "log2", "floor", "ceil", "ipv4":
		return 1, true
	case "pow", "min", "max", "mod", "round":
		return 2, true
	}
	return 0, false
}

// steady is a number without the noise of binary arithmetic, so that 0.3 / 0.1
// has the floor 3.
func steady(x float64) float64 {
	if near := math.Round(x); math.Abs(x-near) <= 1e-9*math.Max(1, math.Abs(x)) {
		return near
	}
	return x
}

// roundTo rounds to decimal places as people do by hand: half away from zero.
func roundTo(x, places float64) float64 {
	if !(math.Abs(places) <= 12) || math.IsNaN(x) || math.IsInf(x, 0) {
		return math.NaN()
	}
	by := math.Pow(10, math.Trunc(places))
	scaled := x * by
	return math.Copysign(math.Floor(steady(math.Abs(scaled)+0.5)), x) / by
}

// ipv4 spells a number as an address; "" if it is none.
func ipv4(x float64) string {
	if !(x >= 0 && x < 1<<32) || x != math.Trunc(x) {
		return ""
	}
	n := uint32(x)
	return fmt.Sprintf("%d.%d.%d.%d", n>>24, n>>16&255, n>>8&255, n&255)
}

// compileExpr makes an expression ready that knows names. It marks the names
// that it uses.
func compileExpr(source string, names map[string]any, used map[string]bool) (p program, err error) {
	defer func() {
		if recover() != nil { // a bank must not bring the program down
			err = errors.New("cannot be read")
		}
	}()
	if len(source) > mostExpr {
		return program{}, fmt.Errorf("has %d characters; at most %d are allowed", len(source), mostExpr)
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return program{}, exprError(err)
	}
	g := guard{names: names, used: used}
	ast.Walk(&tree.Node, &g)
	if g.err != nil {
		return program{}, g.err
	}
	if p.vm, err = compileVM(source, names); err != nil {
		return program{}, exprError(err)
	}
	switch t := p.vm.Node().Type(); {
	case t == nil:
		return program{}, errors.New("gives neither a number nor a text")
	case t.Kind().String() == "float64":
		p.kind = number
	case t.Kind().String() == "string":
		p.kind = word
	case t.Kind().String() == "bool":
		p.kind = condition
	default:
		return program{}, errors.New("gives neither a number nor a text")
	}
	return p, nil
}

// common is what all expressions have in common: our functions, and none of the
// library's own. It is made once and never changed: [expr.Compile] makes it anew for
// each expression, which took most of the time and memory that a family took.
var common = sync.OnceValue(func() *conf.Config {
	c := conf.CreateNew()
	expr.DisableAllBuiltins()(c)
	clear(c.Builtins)
	for _, set := range functions() {
		set(c)
	}
	return c
})

// compileVM is [expr.Compile] in our language.
func compileVM(source string, names map[string]any) (*vm.Program, error) {
	c := *common() // the tables of functions are shared, and only read
	c.Visitors = []ast.Visitor{floats{}}
	c.WithEnv(names)
	tree, err := checker.ParseCheck(source, &c)
	if err != nil {
		return nil, err
	}
	if err := optimizer.Optimize(&tree.Node, &c); err != nil {
		return nil, err
	}
	return compiler.Compile(tree, &c)
}

// exprError is the library's message without its drawing of the place.
func exprError(err error) error {
	text := err.Error()
	if e, ok := errors.AsType[*file.Error](err); ok {
		text = e.Message
	}
	text, _, _ = strings.Cut(text, "\n")
	return errors.New("cannot be read: " + text)
}

// A guard lets numbers, names, comparisons, choices and the few functions pass,
// and refuses everything else that the language has.
type guard struct {
	names map[string]any
	used  map[string]bool
	err   error
}

// Visit implements [ast.Visitor].
func (g *guard) Visit(node *ast.Node) {
	if g.err != nil {
		return
	}
	switch n := (*node).(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.ConditionalNode:
	case *ast.IdentifierNode:
		_, known := g.names[n.Value]
		if _, call := arity(n.Value); !known && !call {
			g.err = fmt.Errorf("uses %s, which is no parameter and no formula before it", quote(n.Value))
			return
		}
		g.used[n.Value] = true
	case *ast.UnaryNode:
		g.operator(n.Operator, "+", "-", "!", "not")
	case *ast.BinaryNode:
		g.operator(n.Operator, "+", "-", "*", "/", "**", "^", "==", "!=", "<", "<=", ">", ">=", "and", "&&", "or", "||")
	case *ast.CallNode:
		callee, _ := n.Callee.(*ast.IdentifierNode)
		if callee == nil {
			g.err = errors.New("calls what is no function")
			return
		}
		g.call(callee.Value, len(n.Arguments))
	case *ast.BuiltinNode: // the language's own, of which ours take the place
		g.call(n.Name, len(n.Arguments))
	default:
		g.err = errors.New("has more than numbers, names, comparisons and functions")
	}
}

func (g *guard) operator(op string, allowed ...string) {
	for _, a := range allowed {
		if op == a {
			return
		}
	}
	g.err = fmt.Errorf("has the operator %s, which is not allowed", quote(op))
}

func (g *guard) call(name string, arguments int) {
	n, ok := arity(name)
	switch {
	case !ok:
		g.err = fmt.Errorf("calls %s, which is not among abs, ceil, exp, floor, ipv4, ln, log10, log2, max, min, mod, pow, round and sqrt", quote(name))
	case n != arguments:
		g.err = fmt.Errorf("gives %s %d values; it takes %d", name, arguments, n)
	}
}

// floats makes every number one with a fraction: whole ones would overflow in
// silence, and divide otherwise than people expect.
type floats struct{}

// Visit implements [ast.Visitor].
func (floats) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.IntegerNode); ok {
		ast.Patch(node, &ast.FloatNode{Value: float64(n.Value)})
	}
}

// run works a program out. A number may be infinite or none at all: conditions
// exclude such ones, and nothing shows them.
func (p program) run(values map[string]any) (v any, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the numbers are out of bounds")
		}
	}()
	v, err = expr.Run(p.vm, values)
	if s, ok := v.(string); ok && len(s) > mostText {
		return nil, fmt.Errorf("makes a text of %d characters; at most %d are allowed", len(s), mostText)
	}
	if err != nil {
		return nil, exprError(err)
	}
	return v, nil
}
