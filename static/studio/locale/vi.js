// Vietnamese: every sentence that static/studio/ has in English. `make sentences` adds what is new and puts it in order.

import { learn } from "../ui/translate.js";

learn({
  "A moderator hid this picture.": "Một người kiểm duyệt đã ẩn ảnh này.",
  "Cancel": "Hủy",
  "Delete": "Xóa",
  "Delete {title}": "Xóa {title}",
  "Delete “{title}”?": "Xóa “{title}”?",
  "Move its pictures to the trash too": "Chuyển cả ảnh của nó vào thùng rác",
  "New chat": "Cuộc trò chuyện mới",
  "Rename": "Đổi tên",
  "Rename {title}": "Đổi tên {title}",
  "Show more": "Xem thêm",
  "The conversation cannot be brought back. Its pictures stay in your gallery.": "Cuộc trò chuyện sẽ không lấy lại được. Ảnh của nó vẫn ở trong thư viện của bạn.",
  "Your chats will be listed here.": "Các cuộc trò chuyện của bạn sẽ hiện ở đây.",
  "working": "đang làm",
});
