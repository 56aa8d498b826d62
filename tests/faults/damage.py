"""Ways to damage an LMDB environment: name -> (what it does to a folder, whether something is lost by it).

The head of a file are two pages, each: a page header of 16 bytes, magic, version (4 bytes each), address, size of the
map (8 each), the tables of free pages and of tables (48 each, the number of the root page last), last page, transaction.
"""

import os
import random
import shutil
import struct

PAGE = 4096
VERSION_AT, MAP_SIZE_AT, FREE_ROOT_AT, MAIN_ROOT_AT, LAST_PAGE_AT, TRANSACTION_AT = 20, 32, 80, 128, 136, 144


def data(folder):
    return os.path.join(folder, "data.mdb")


def read(folder):
    with open(data(folder), "rb") as file:
        return bytearray(file.read())


def write(folder, content):
    with open(data(folder), "wb") as file:
        file.write(content)


def noise(size):
    return random.Random(1).randbytes(size)


def number_at(content, at):
    return struct.unpack_from("<Q", content, at)[0]


def newest_head(content):
    """Where the head begins that counts."""
    return max((0, PAGE), key=lambda head: number_at(content, head + TRANSACTION_AT))


def change(act):
    """A damage that changes the bytes of the file."""
    def damage(folder):
        content = read(folder)
        changed = act(content)
        write(folder, content if changed is None else changed)
    return damage


def cut(size):
    return change(lambda content: content[:size(len(content))])


def in_each_head(at, form, value):
    def act(content):
        for head in (0, PAGE):
            struct.pack_into(form, content, head + at, value)
    return change(act)


def pages(choose, fill):
    """Overwrites the pages from 2 on that `choose(number, count)` names with `fill(content, number)`."""
    def act(content):
        count = len(content) // PAGE
        for number in range(2, count):
            if choose(number, count):
                content[number * PAGE:(number + 1) * PAGE] = fill(content, number)
    return change(act)


def root(at, fill):
    def act(content):
        page = number_at(content, newest_head(content) + at)
        if page < len(content) // PAGE:
            content[page * PAGE:(page + 1) * PAGE] = fill
    return change(act)


def folder_in_the_way(folder):
    os.remove(data(folder))
    os.mkdir(data(folder))
    with open(os.path.join(data(folder), "file"), "w", encoding="ascii") as file:
        file.write("x")


def file_in_the_way(folder):
    shutil.rmtree(folder)
    with open(folder, "w", encoding="ascii") as file:
        file.write("x")


def link_to_nothing(folder):
    shutil.rmtree(folder)
    os.symlink("/nonexistent/there", folder)


def link_to_itself(folder):
    shutil.rmtree(folder)
    os.symlink(folder, folder)


def other_store(folder):
    """The file of another program: of another environment of ours, which has other tables."""
    other = "records" if os.path.basename(folder) != "records" else "lists"
    shutil.copy(data(os.path.join(os.path.dirname(folder), other)), data(folder))


def lock_garbage(folder):
    with open(os.path.join(folder, "lock.mdb"), "wb") as file:
        file.write(noise(8192))


def lock_folder(folder):
    os.remove(os.path.join(folder, "lock.mdb"))
    os.mkdir(os.path.join(folder, "lock.mdb"))


ZEROS, NOISE = bytes(PAGE), noise(PAGE)
DAMAGES = {
    "cut_to_one_byte": (cut(lambda size: 1), True),
    "cut_to_one_page": (cut(lambda size: PAGE), True),
    "cut_to_the_head": (cut(lambda size: 2 * PAGE), True),
    "cut_to_half": (cut(lambda size: size // 2), True),
    "cut_inside_a_page": (cut(lambda size: 3 * PAGE + 100), True),
    "noise": (change(lambda content: noise(len(content))), True),
    "noise_in_the_head": (change(lambda content: noise(2 * PAGE) + content[2 * PAGE:]), True),
    "zeros": (change(lambda content: bytes(len(content))), True),
    "zeros_in_the_head": (change(lambda content: bytes(2 * PAGE) + content[2 * PAGE:]), True),
    "text": (change(lambda content: b"This is no store.\n" * 2000), True),
    "another_programs_file": (other_store, True),
    "another_version": (in_each_head(VERSION_AT, "<I", 7), True),
    "last_page_beyond_the_end": (in_each_head(LAST_PAGE_AT, "<Q", 1 << 20), True),
    "last_page_zero": (in_each_head(LAST_PAGE_AT, "<Q", 1), True),
    "root_beyond_the_end": (in_each_head(MAIN_ROOT_AT, "<Q", 1 << 30), True),
    "root_is_the_head": (in_each_head(MAIN_ROOT_AT, "<Q", 0), True),
    "root_noise": (root(MAIN_ROOT_AT, NOISE), True),
    "root_zeros": (root(MAIN_ROOT_AT, ZEROS), True),
    "every_page_noise": (pages(lambda number, count: True, lambda *_: NOISE), True),
    "every_page_zeros": (pages(lambda number, count: True, lambda *_: ZEROS), True),
    "every_page_a_copy_of_one": (pages(lambda number, count: True, lambda content, _: content[2 * PAGE:3 * PAGE]), True),
    "pages_in_the_middle_noise": (pages(lambda number, count: count // 3 < number < count - 2, lambda *_: NOISE), True),
    "folder_in_the_way": (folder_in_the_way, True),
    "file_in_the_way": (file_in_the_way, True),
    "link_to_nothing": (link_to_nothing, True),
    "link_to_itself": (link_to_itself, True),
    "lock_is_a_folder": (lock_folder, True),
    "lock_is_noise": (lock_garbage, False),
    "map_size_huge": (in_each_head(MAP_SIZE_AT, "<Q", 1 << 62), None),
    "free_list_noise": (root(FREE_ROOT_AT, NOISE), None),
    "empty": (cut(lambda size: 0), None),
    "gone": (shutil.rmtree, None),
}
