# A GGUF file as mlx-lm wants a model: the same weights under its names, and the same tokens.
import json, os, sys
import mlx.core as mx
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

gguf, out = sys.argv[1:3]
weights, told = mx.load(gguf, return_metadata=True)
names = {
    "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}


def renamed(name):
    parts = name.split(".")
    if parts[0] == "blk":
        return ".".join(["model.layers", parts[1], names[parts[2]], parts[3]])
    return f"{names[parts[0]]}.{parts[1]}"


def number(key):
    return told[key].item()


os.makedirs(out, exist_ok=True)
mx.save_safetensors(f"{out}/model.safetensors", {renamed(name): array for name, array in weights.items()}, {"format": "mlx"})
config = {
    "model_type": "llama",
    "hidden_size": number("llama.embedding_length"),
    "num_hidden_layers": number("llama.block_count"),
    "intermediate_size": number("llama.feed_forward_length"),
    "num_attention_heads": number("llama.attention.head_count"),
    "num_key_value_heads": number("llama.attention.head_count_kv"),
    "rms_norm_eps": number("llama.attention.layer_norm_rms_epsilon"),
    "rope_theta": number("llama.rope.freq_base"),
    "max_position_embeddings": number("llama.context_length"),
    "vocab_size": number("llama.vocab_size"),
    # llama.cpp keeps queries and keys in the order of the older rotation.
    "rope_traditional": True,
    "tie_word_embeddings": "output.weight" not in weights,
    "eos_token_id": number("tokenizer.ggml.eos_token_id"),
    "quantization": {"group_size": 32, "bits": 4},
}
with open(f"{out}/config.json", "w") as file:
    json.dump(config, file)
tokens = told["tokenizer.ggml.tokens"]
merges = [tuple(merge.split(" ")) for merge in told["tokenizer.ggml.merges"]]
tokenizer = Tokenizer(models.BPE({token: at for at, token in enumerate(tokens)}, merges))
tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
    pre_tokenizers.Digits(individual_digits=True),
    pre_tokenizers.ByteLevel(add_prefix_space=False),
])
tokenizer.decoder = decoders.ByteLevel()
kinds = told["tokenizer.ggml.token_type"].tolist()
tokenizer.add_special_tokens([AddedToken(token, special=True) for token, kind in zip(tokens, kinds) if kind == 3])
tokenizer.save(f"{out}/tokenizer.json")
with open(f"{out}/tokenizer_config.json", "w") as file:
    json.dump({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": tokens[config["eos_token_id"]],
        "chat_template": told["tokenizer.chat_template"],
        "model_max_length": config["max_position_embeddings"],
    }, file)
